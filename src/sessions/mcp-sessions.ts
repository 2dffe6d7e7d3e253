import {
  isInitializeRequest,
  isLegacyRequest,
  type AuthInfo,
  type McpHandlerRequestOptions,
  type McpServerFactory,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
import { requireAuthContext } from '../identity/auth-context.js'
import type { Caller } from '../identity/caller.js'
import { isEventStream } from '../http/is-event-stream.js'
import { relayResponse } from '../http/relay-response.js'
import type { Revocation } from '../revocation/revocation.js'
import { McpSession, type SdkServer } from './mcp-session.js'
import type { OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { SESSION_SHAPE, SessionRegistry, type SessionRegistryOptions } from './session-registry.js'

/** The bounds of sessions, and what happens at each request of one. */
export interface McpSessionsOptions extends Omit<SessionRegistryOptions<never>, 'onEnd'> {
  /** Of the messages that one session keeps for clients that reconnect, in bytes. Default 256 KiB. */
  readonly replayBytes?: number | undefined
  /** When a client whose stream ended should come back, in milliseconds. Default: the client decides. */
  readonly retryMs?: number | undefined
  /**
   * Called before each request of a session: its token may have other scopes than the one that opened it, and the
   * server may have to show other tools.
   */
  readonly onRequest?: ((server: SdkServer, authInfo: AuthInfo) => void) | undefined
  /** Ends sessions of users who are signed out. Default: they end by time alone. */
  readonly revocation?: Pick<Revocation, 'watch'> | undefined
}

/** The schemas of `McpSessionsOptions` without `onRequest` and `revocation`, for options that hold them. */
export const MCP_SESSIONS_SHAPE: OptionsShape<
  Omit<McpSessionsOptions, 'onRequest' | 'revocation'>
> = {
  ...SESSION_SHAPE,
  replayBytes: optionValues.whole.optional(),
  retryMs: optionValues.whole.optional(),
}

type ListChanged = Exclude<ServerEvent['kind'], 'resource_updated'>

const TELL: Readonly<Record<ListChanged, (server: SdkServer) => void | Promise<void>>> = {
  tools_list_changed: (server) => server.sendToolListChanged(),
  prompts_list_changed: (server) => server.sendPromptListChanged(),
  resources_list_changed: (server) => server.sendResourceListChanged(),
}

function tellsOf(kind: ListChanged, server: SdkServer): boolean {
  const { tools, prompts, resources } = (
    'server' in server ? server.server : server
  ).getCapabilities()
  const of = {
    tools_list_changed: tools,
    prompts_list_changed: prompts,
    resources_list_changed: resources,
  }
  return of[kind]?.listChanged === true
}

/** Told when all that a request asked has been answered. */
export type OnAsked = (settled: Promise<unknown>) => void

interface SessionRequest {
  readonly request: Request
  readonly options: McpHandlerRequestOptions
  readonly onAsked: OnAsked
}

/**
 * Sessions of the 2025 revisions, for servers that send requests of their own or let clients resume a stream.
 *
 * Each has an SDK server of its own and belongs to the user and the client that opened it; the token is verified anew
 * with every request. (MCP 2025-11-25, Transports, Session Management.)
 */
export class McpSessions {
  readonly #createServer: McpServerFactory
  readonly #options: McpSessionsOptions
  readonly #onerror: (error: Error) => void
  readonly #registry: SessionRegistry<McpSession>
  readonly #ending = new Set<Promise<void>>()
  readonly #unwatch = new WeakMap<McpSession, () => void>()
  #leave: () => void = () => undefined

  constructor(
    createServer: McpServerFactory,
    options: McpSessionsOptions,
    onerror: (error: Error) => void,
  ) {
    this.#createServer = createServer
    this.#options = options
    this.#onerror = onerror
    const { idleMs, maxAgeMs, maxSessions, maxSessionsPerUser, clock, timers, createId } = options
    this.#registry = new SessionRegistry({
      ...{ idleMs, maxAgeMs, maxSessions, maxSessionsPerUser, clock, timers, createId },
      onEnd: (session) => {
        this.#ended(session)
      },
    })
  }

  /**
   * Answers a 2025 request that opens a session or belongs to one; resolves with `undefined` for any other request.
   *
   * `onAsked` gets a promise that settles once everything the request asked has been answered, possibly after its
   * connection has ended. Throws `session_not_found`, `session_limit`, and `insufficient_scope` or
   * `permission_denied` for a stream that the caller must not read.
   */
  async answer(
    request: Request,
    options: McpHandlerRequestOptions = {},
    onAsked: OnAsked = () => undefined,
  ): Promise<Response | undefined> {
    if (!(await isLegacyRequest(request, options.parsedBody))) return undefined
    const id = request.headers.get('mcp-session-id')
    if (id !== null) return this.#proceed(id, { request, options, onAsked })
    return request.method === 'POST' && isInitializeRequest(options.parsedBody)
      ? this.#initialize(request, options)
      : undefined
  }

  /**
   * Tells the client of each session what the bus says of a list, where its server has said that it tells. Who does not listen can read
   * the list when they come back. Which resources a client subscribed to, its own server alone knows.
   */
  listenTo(bus: Pick<ServerEventBus, 'subscribe'>): void {
    this.#leave = bus.subscribe(({ kind }) => {
      if (kind !== 'resource_updated') this.#tell(kind)
    })
  }

  #tell(kind: ListChanged): void {
    for (const { server } of this.#registry.values()) {
      if (server === undefined || !tellsOf(kind, server)) continue
      Promise.resolve(TELL[kind](server)).catch((error: unknown) => {
        this.#onerror(error instanceof Error ? error : new Error(String(error)))
      })
    }
  }

  /** Ends all sessions with their streams. */
  async close(): Promise<void> {
    this.#leave()
    this.#registry.close()
    await Promise.all(this.#ending)
  }

  async #initialize(request: Request, options: McpHandlerRequestOptions): Promise<Response> {
    const { authInfo } = options
    const { replayBytes, retryMs, revocation } = this.#options
    const { caller } = requireAuthContext(authInfo)
    const session = this.#registry.open(
      caller,
      (id) =>
        new McpSession({
          id,
          onerror: this.#onerror,
          replayBytes,
          retryMs,
        }),
    )
    const end = (): void => {
      this.#registry.end(session.id)
    }
    if (revocation !== undefined) this.#unwatch.set(session, revocation.watch(caller, end))
    try {
      const context = { era: 'legacy' as const, requestInfo: request }
      await session.connect(
        this.#createServer,
        authInfo === undefined ? context : { ...context, authInfo },
        end,
      )
      const { response } = await session.handle(request, options)
      if (!session.established) end()
      return response
    } catch (error) {
      end()
      throw error
    }
  }

  /** Throws `session_not_found` unless the session is the caller's. */
  assertOwned(id: string, caller: Caller): void {
    this.#registry.assertOwned(id, caller)
  }

  async #proceed(id: string, { request, options, onAsked }: SessionRequest): Promise<Response> {
    const { authInfo } = options
    const { value: session, release } = this.#registry.use(id, requireAuthContext(authInfo).caller)
    try {
      if (session.server !== undefined && authInfo !== undefined) {
        this.#options.onRequest?.(session.server, authInfo)
      }
      const { response, settled } = await session.handle(request, options)
      onAsked(settled)
      const firstChunk = isEventStream(response) ? ': open\n\n' : undefined
      return relayResponse(response, { firstChunk, onEnd: release })
    } catch (error) {
      release()
      throw error
    }
  }

  #ended(session: McpSession): void {
    this.#unwatch.get(session)?.()
    const ending = session.close().catch(this.#onerror)
    this.#ending.add(ending)
    void ending.finally(() => this.#ending.delete(ending))
  }
}
