import { randomUUID } from 'node:crypto'
import type { Express } from 'express'
import { z } from 'zod'
import { mcpRoute } from '../../routes/mcp.js'
import type { NotReadyReason } from '../http/readiness.js'
import {
  CONFIRMATION_OPTION,
  createConfirmation,
  type Confirmation,
  type ConfirmationOptions,
} from '../confirmation/confirmation.js'
import type { ConfirmationPage } from '../confirmation/confirmation-page.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withIssues } from '../options/with-issues.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { silentLog } from '../logging/logger.js'
import type { Mount } from '../mcp/mount.js'
import { withDefaults } from '../on-behalf-of/defaults.js'
import { composeOnBehalfOf, warnOfScopes } from '../on-behalf-of/on-behalf-of.js'
import type { ListingServerOptions, OnBehalfOfOptions } from '../on-behalf-of/options.js'
import { issuesTogether } from '../on-behalf-of/option-issues.js'
import { SERVER_SHAPE } from '../on-behalf-of/options-schema.js'
import { MCP_SESSIONS_SHAPE, type McpSessionsOptions } from '../sessions/mcp-sessions.js'
import { eventBusOf } from '../sessions/shared-event-bus.js'
import type { AccessPolicy } from '../tools/access-policy.js'
import type { Tool } from '../tools/tool.js'
import { TOOL_SCHEMA, toolsOption } from '../tools/tool-schema.js'
import {
  CONFIRMATION_PAGE_OPTION,
  confirmationPageFor,
  pagesFor,
  type ConfirmationPageSettings,
} from './confirmation-pages.js'
import { routesOf } from './app-routes.js'
import { createMcpServers } from './mcp-servers.js'
import { sharedConfirmation } from './shared-confirmation.js'
import { servedTools, type OfferedTools } from './served-tools.js'
import { revocationFor, SIGN_OUT_SHAPE, signOutRoutes, type SignOutSettings } from './sign-out.js'
import type { ToolOrigins } from './tool-facts.js'

/** A whole server: the options of `onBehalfOf`, tools with their handlers, and what only an app of its own decides. */
export interface AppOptions extends Omit<
  OnBehalfOfOptions,
  'tools' | 'access' | 'sessions' | 'undeclaredTools' | 'revocation'
> {
  readonly tools: readonly Tool[]
  readonly access?: AccessPolicy | undefined
  /** Gives 2025 clients sessions. Default: none. */
  readonly sessions?: Omit<McpSessionsOptions, 'onRequest' | 'revocation'> | undefined
  /** Who tells of users that have signed out. Default: an operator, where there is a store. */
  readonly signOut?: SignOutSettings | undefined
  /** Whether `tools/list` says what each tool needs, in `_meta.securitySchemes` (MCP SEP-1488). Default true. */
  readonly toolSecuritySchemes?: boolean | undefined
  /** How users are asked before tools with `confirm` run. */
  readonly confirmation?: ConfirmationOptions | undefined
  /** Lets users approve calls on a page of this server. Default: there is none. */
  readonly confirmationPage?: ConfirmationPageSettings | undefined
  /** How requests get to the MCP SDK, as in `mcpRoute`. Default `direct`. */
  readonly mount?: Mount | undefined
  /** As Express's `trust proxy`: a number of hops, or addresses and subnets. Default 0. */
  readonly trustProxy?: number | readonly string[] | undefined
  /** Shows a page to people at `/`, which names every tool to anybody. Default false. */
  readonly homePage?: boolean | undefined
  /** The headings below which the page shows tools, by the tools' names. Default: none. */
  readonly toolGroups?: Readonly<Record<string, string>> | undefined
  /** The operation and the document that tools come from, for the audit, by the tools' names. Default: none. */
  readonly toolOrigins?: ToolOrigins | undefined
  /** What else changes with what a tool does, by the tools' names: a user's consent from before is none then. Default: nothing. */
  readonly toolVersions?: Readonly<Record<string, string>> | undefined
  /** The shell line that the page shows for getting an access token. Default: none. */
  readonly tokenCommand?: string | undefined
  /** Creates the reference that ties a tool error to its log line. Default: a UUID. */
  readonly createReference?: (() => string) | undefined
}

const OPTIONS = withIssues(
  optionsSchema<AppOptions>({
    ...SERVER_SHAPE,
    tools: toolsOption(TOOL_SCHEMA),
    sessions: optionsSchema<NonNullable<AppOptions['sessions']>>(MCP_SESSIONS_SHAPE).optional(),
    ...SIGN_OUT_SHAPE,
    toolSecuritySchemes: optionValues.flag.optional(),
    confirmation: CONFIRMATION_OPTION.optional(),
    confirmationPage: CONFIRMATION_PAGE_OPTION.optional(),
    mount: optionValues.oneOf('direct', 'sdk').optional(),
    trustProxy: z
      .union([optionValues.whole, optionValues.texts('an address or a subnet')], {
        error: 'must be a number of hops, or a list of addresses and subnets',
      })
      .optional(),
    homePage: optionValues.flag.optional(),
    toolGroups: z
      .record(z.string(), z.string(), 'must be headings by the names of tools')
      .optional(),
    toolOrigins: z
      .record(z.string(), z.looseObject({}), 'must be origins by the names of tools')
      .optional(),
    toolVersions: z
      .record(z.string(), z.string(), 'must be texts by the names of tools')
      .optional(),
    tokenCommand: optionValues.text('a line of a shell').optional(),
    createReference: optionValues.callable.optional(),
  }),
  issuesTogether,
)

/** An Express app with the MCP endpoint, and how it ends. */
export interface App {
  readonly express: Express
  /** Makes `/readyz` say that this server stops; call it first. Requests are still answered. */
  readonly announceStop: () => void
  /** What `/readyz` answers by. */
  readonly readiness: {
    /** Why this server should get no new requests. Empty: it is ready. */
    readonly reasons: () => Promise<readonly NotReadyReason[]>
  }
  /** Ends streams that only wait for notifications; call it when the server stops accepting requests. */
  readonly drain: () => void
  /** Ends open MCP streams and idle connections; call it when the server has stopped accepting requests. */
  readonly close: () => Promise<void>
}

/**
 * Creates the standalone server: `onBehalfOf` with its routes around. Listens to nothing.
 *
 * Throws a `TypeError` that names every issue of the options.
 *
 * @category Server
 * @example
 * const app = createApp({ ...options, tools: [greet], log })
 * const listener = app.express.listen(3001, 'localhost')
 * process.once('SIGTERM', () => listener.close(() => void app.close()))
 */
export function createApp(options: AppOptions): App {
  assertAppOptions('createApp', options)
  warnOfScopes(sharedOptions(options))
  return composeApp(options)
}

/** Throws a `TypeError` that names every issue of the options of a server, as given to `factory`. */
export function assertAppOptions(factory: string, options: AppOptions): void {
  assertOptions(factory, OPTIONS, options)
}

/** An app whose tools can be swapped while it runs. */
export interface ReloadableApp extends App {
  /** What the app offers at present. */
  readonly tools: () => OfferedTools
  /**
   * Offers other tools from now on. Calls under way end with those that they began with. Clients that listen are told, unless
   * `isTold` is false. Throws for tools that cannot be served, and changes nothing then.
   */
  readonly replaceTools: (offered: OfferedTools, how?: { readonly isTold: boolean }) => void
}

/** What `composeApp` needs beside the options. */
export interface AppHost {
  /** Whether `replaceTools` is ever called. Default false: then clients are not promised that they hear of it. */
  readonly canReplaceTools?: boolean | undefined
}

/** `createApp` for options that have been checked. */
export function composeApp(options: AppOptions, host: AppHost = {}): ReloadableApp {
  const { canReplaceTools: canChange = false } = host
  const { log = silentLog, createReference = randomUUID } = options
  const shared = sharedOptions(options)
  const page = confirmationPageFor(options)
  const forAll = {
    ...{ log, createReference, resolved: withDefaults(shared) },
    securitySchemes: options.toolSecuritySchemes ?? true,
    hasPolicy: options.policy !== undefined,
    confirmation: onceMade(() => confirmationFor(options, page)),
  }
  const toolSets = { current: servedTools(offeredBy(options), forAll), canChange }
  const revocation = revocationFor(options, forAll.resolved)
  const servers = createMcpServers({ toolSets, sessions: options.sessions !== undefined })
  const bus = canChange ? options.shared && eventBusOf(options.shared, log) : undefined
  const mcp = mcpRoute({
    sessions: options.sessions && { ...options.sessions, onRequest: servers.refresh },
    ...{ createServer: servers.create, mount: options.mount, revocation, bus, log },
  })
  const behind = { ...shared, sessions: mcp.sessions, revocation }
  const front = composeOnBehalfOf(behind, 'standalone', toolSets)
  const pages = [
    page && pagesFor(options, { page, front, revocation }),
    revocation && signOutRoutes(options, { revocation, front }),
  ].filter((routes) => routes !== undefined)
  return {
    express: routesOf(options, { toolSets, front, mcp, pages }),
    readiness: front.readiness,
    announceStop: () => {
      front.readiness.announceStop()
    },
    drain: mcp.drain,
    close: async () => {
      revocation?.close()
      try {
        bus?.close()
        await mcp.close()
      } finally {
        await front.close()
      }
    },
    tools: () => toolSets.current.offered,
    replaceTools: (offered, { isTold } = { isTold: true }) => {
      if (!canChange) throw new TypeError('composeApp() was not told that tools are replaced')
      toolSets.current = servedTools(offered, forAll)
      if (isTold) mcp.toolListChanged()
    },
  }
}

/** What is made when it is first asked for: nobody is told of a key that is missing where no tool asks. */
function onceMade<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

function offeredBy(options: AppOptions): OfferedTools {
  const { tools, baselineScopes, toolGroups, toolOrigins, toolVersions } = options
  return { tools, baselineScopes, toolGroups, toolOrigins, toolVersions }
}

function confirmationFor(
  { confirmation, confirmationPage, log, shared }: AppOptions,
  page: ConfirmationPage | undefined,
): Confirmation {
  const own = page && { page, pageUse: confirmationPage?.use }
  return createConfirmation({
    log,
    ...sharedConfirmation(shared),
    ...own,
    ...withoutUndefined({ ...confirmation }),
  })
}

/** The options of `onBehalfOf` among those of an app. */
function sharedOptions(options: AppOptions): ListingServerOptions {
  // The SDK servers have these tools and no others, and answer a call of another as the protocol says.
  return { ...options, sessions: undefined, undeclaredTools: 'allow' }
}
