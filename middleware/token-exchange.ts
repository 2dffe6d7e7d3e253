import { classifyInboundRequest } from '@modelcontextprotocol/server'
import type { Request, RequestHandler, Response } from 'express'
import { traceContextOf } from '../src/downstream/trace-context.js'
import { DELEGATION_SCHEMA } from '../src/exchange/delegation-policy.js'
import { whenOver } from '../src/http/when-over.js'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { LOGGER_OPTION } from '../src/logging/logger.js'
import { PIPELINE_OBSERVER_OPTION } from '../src/observability/pipeline-observer-option.js'
import {
  DEFAULT_TRACE_CONTEXT,
  TRACE_CONTEXT_POLICIES,
  type TraceContextPolicy,
} from '../src/observability/trace-context-policy.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { SESSIONS_OPTION, type SessionOwners } from '../src/sessions/session-owners.js'
import { toolCallsIn } from '../src/tools/tool-calls.js'
import {
  API_CALL_SHAPE,
  apisOption,
  createToolExchange,
  type ToolExchangeOptions,
} from '../src/tools/tool-exchange.js'
import { clientAddressOf } from './client-address.js'
import { meantMessages } from './inner-calls.js'
import { authInfoOf } from './require-bearer-auth.js'
import { stateOf } from './request-state.js'

/** What `tokenExchange` needs: the tools, the APIs they declare, and the exchanger. */
export interface TokenExchangeOptions extends ToolExchangeOptions {
  /** Passes the user's address, as Express sees it, on to the authorization server. Default false. */
  readonly forwardClientAddress?: boolean | undefined
  /**
   * Whether 2025 clients get sessions: within one, a lost connection cancels nothing (MCP 2025-11-25, Transports).
   * Given the sessions (`mcpRoute().sessions`, or a `SessionRegistry`), nothing is exchanged for a session that is not
   * the caller's. Default false.
   */
  readonly sessions?: boolean | SessionOwners | undefined
  /**
   * Without spans, the client's `traceparent` and `tracestate` are passed on to the APIs. `continue`: its baggage is, too. Default
   * `link`.
   */
  readonly traceContext?: TraceContextPolicy | undefined
}

const OPTIONS = optionsSchema<TokenExchangeOptions>({
  registry: optionValues.withFunctions('a ToolRegistry, see createToolRegistry', 'find'),
  exchanger: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  apis: apisOption('the options of tokenExchange'),
  delegation: DELEGATION_SCHEMA.optional(),
  ...API_CALL_SHAPE,
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
  host: optionValues.oneOf('library', 'standalone').optional(),
  revocation: optionValues.withFunctions('a Revocation', 'watch').optional(),
  hasPolicy: optionValues.flag.optional(),
  forwardClientAddress: optionValues.flag.optional(),
  sessions: SESSIONS_OPTION.optional(),
  traceContext: optionValues.oneOf(...TRACE_CONTEXT_POLICIES).optional(),
})

/**
 * Exchanges the caller's token for each tool call that declares a downstream; `downstreamOf` then gives the tool its
 * API.
 *
 * Passes `reauthentication_required`, `insufficient_scope` and claims challenges to the error handler; `downstreamOf`
 * throws any other failure. Logs `token_exchanged`, `exchange_failed` and `api_call_failed`. Throws a `TypeError` for a tool whose API
 * is not among `apis`. Needs `requireBearerAuth`, `jsonBody` and `toolScopes` in front.
 *
 * @category Middleware
 * @example
 * const apis = {
 *   api: { audience: 'https://api.example.com/', baseUrl: new URL('https://api.example.com') },
 * }
 * app.use('/mcp', tokenExchange({ registry, exchanger, apis, log }))
 */
export function tokenExchange(options: TokenExchangeOptions): RequestHandler {
  assertOptions('tokenExchange', OPTIONS, options)
  const { traceContext = DEFAULT_TRACE_CONTEXT } = options
  const exchangeForTools = createToolExchange(options)
  return async function tokenExchangeMiddleware(req, res, next) {
    const authInfo = authInfoOf(req)
    const { caller } = requireAuthContext(authInfo)
    const { observation, tools } = stateOf(req)
    const session = sessionOf(req, options)
    if (session !== undefined && typeof options.sessions === 'object') {
      options.sessions.assertOwned(session, caller)
    }
    if (authInfo !== undefined) {
      await exchangeForTools({
        authInfo,
        registry: tools?.registry,
        calls: toolCallsIn(meantMessages(req)),
        signal: () => (session === undefined ? abortedWith(res) : undefined),
        trace: observation?.isTraced === true ? {} : traceContextOf(req.headers, traceContext),
        observation,
        clientAddress: options.forwardClientAddress === true ? clientAddressOf(req) : undefined,
      })
    }
    next()
  }
}

/** The session that a request names, where there are any: its calls outlive the connection. */
function sessionOf(
  { headers, method, body }: Request,
  { sessions = false }: TokenExchangeOptions,
): string | undefined {
  const id = headers['mcp-session-id']
  if (sessions === false || typeof id !== 'string') return undefined
  const { kind } = classifyInboundRequest({ httpMethod: method, body: body as unknown })
  return kind === 'legacy' ? id : undefined
}

/** A signal that aborts when the client goes away before it has its answer. */
function abortedWith(res: Response): AbortSignal {
  const controller = new AbortController()
  whenOver(res, () => {
    if (!res.writableFinished) controller.abort(new Error('client went away'))
  })
  return controller.signal
}
