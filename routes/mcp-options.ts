import type { McpServerFactory, ServerEventBus } from '@modelcontextprotocol/server'
import { LOGGER_OPTION, type Logger } from '../src/logging/logger.js'
import type { Mount } from '../src/mcp/mount.js'
import { optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import type { Revocation } from '../src/revocation/revocation.js'
import { MCP_SESSIONS_SHAPE, type McpSessionsOptions } from '../src/sessions/mcp-sessions.js'
import type { Clock, Timers } from '../src/time/clock.js'

/** What `mcpRoute` needs: your server factory. */
export interface McpRouteOptions {
  readonly createServer: McpServerFactory
  /** Default: none. */
  readonly log?: Logger | undefined
  /** Gives 2025 clients that ask for it a session. Default: none, every request stands alone. */
  readonly sessions?: McpSessionsOptions | undefined
  /** Ends the streams and sessions of users who are signed out. Default: they end with their token, or by time. */
  readonly revocation?: Pick<Revocation, 'watch'> | undefined
  /** Open notification streams per user. Default 16. */
  readonly maxStreamsPerUser?: number | undefined
  /**
   * `direct`, the default, serves single requests without making web requests and responses of them, and leaves every other request to
   * the SDK. `sdk` leaves all of them to it. Both answer alike.
   */
  readonly mount?: Mount | undefined
  /** Where news for listening clients comes from: `createSharedEventBus` has them hear of other instances. Default: of this one. */
  readonly bus?: ServerEventBus | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
}

/** The schema of `McpRouteOptions`. */
export const MCP_ROUTE_OPTION = optionsSchema<McpRouteOptions>({
  createServer: optionValues.callable,
  log: LOGGER_OPTION.optional(),
  sessions: optionsSchema<McpSessionsOptions>({
    ...MCP_SESSIONS_SHAPE,
    onRequest: optionValues.callable.optional(),
    revocation: optionValues.withFunctions('a Revocation', 'watch').optional(),
  }).optional(),
  revocation: optionValues.withFunctions('a Revocation', 'watch').optional(),
  maxStreamsPerUser: optionValues.whole.optional(),
  mount: optionValues.oneOf('direct', 'sdk').optional(),
  bus: optionValues.withFunctions('a ServerEventBus', 'publish', 'subscribe').optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
})
