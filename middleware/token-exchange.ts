import { finished } from 'node:stream'
import { classifyInboundRequest, type AuthInfo } from '@modelcontextprotocol/server'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import {
  attachDownstreamAccess,
  openDownstreamAccess,
  type DownstreamAccess,
} from '../src/downstream/downstream-access.js'
import {
  logCallFailure,
  logExchange,
  logExchangeFailure,
  type LoggedCall,
  type ToolHost,
} from '../src/downstream/call-log.js'
import { createDownstreamClient, type DownstreamApi } from '../src/downstream/downstream-client.js'
import { createFairFetch, type FairFetch } from '../src/downstream/fair-fetch.js'
import { downstreamStepUp } from '../src/downstream/downstream-step-up.js'
import { ExchangedTokenSource } from '../src/downstream/exchanged-token-source.js'
import { globalFetch } from '../src/http/global-fetch.js'
import { traceContextOf } from '../src/downstream/trace-context.js'
import { asOnBehalfOfError, type OnBehalfOfError } from '../src/failures/errors.js'
import {
  assertDelegationAllowed,
  type DelegationPolicy,
} from '../src/exchange/delegation-policy.js'
import type { TokenExchanger } from '../src/exchange/token-exchanger.js'
import { FAILURE_TABLE } from '../src/failures/failure-table.js'
import { authContextOf } from '../src/identity/auth-context.js'
import { userKeyOf, type Caller } from '../src/identity/caller.js'
import type { Fetch } from '../src/http/fetch-json.js'
import { silentLog, type Log } from '../src/logging/log.js'
import { assertOptions } from '../src/assert-options.js'
import { toolCallsIn } from '../src/tools/tool-calls.js'
import type { ToolRegistry } from '../src/tools/registry.js'
import type { DownstreamRequirement, ToolRequirements } from '../src/tools/tool.js'
import { authInfoOf } from './require-bearer-auth.js'
import { clientAddressOf } from './client-address.js'
import { requestIdOf } from './request-context.js'

/** What `tokenExchange` needs: the tools, the APIs they declare, and the exchanger. */
export interface TokenExchangeOptions {
  readonly registry: ToolRegistry<ToolRequirements>
  readonly exchanger: TokenExchanger
  /** The protected APIs by the names that tools declare. */
  readonly apis: Readonly<Record<string, DownstreamApi>>
  /** Through whom calls may come. Default: at most five actors, any. */
  readonly delegation?: DelegationPolicy
  /** Passes the user's address, as Express sees it, on to the authorization server. Default false. */
  readonly forwardClientAddress?: boolean
  /**
   * Whether 2025 clients get sessions: within one, a lost connection cancels nothing (MCP 2025-11-25, Transports).
   * Given the sessions (`mcpRoute().sessions`, or a `SessionRegistry`), nothing is exchanged for a session that is not
   * the caller's. Default false.
   */
  readonly sessions?: boolean | SessionOwners | undefined
  /** Calls the APIs. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** For one call of an API, waiting for its turn included. Default 10000. */
  readonly timeoutMs?: number
  /** Calls of one API under way at a time; further calls wait, users taking turns. Default 64. */
  readonly connections?: number | undefined
  /** Those of one user, through all clients together. Default: a quarter of `maxConcurrentCalls`. */
  readonly concurrencyPerUser?: number | undefined
  /** The largest API answer that is read as JSON. Default 1 MiB. */
  readonly maxBytes?: number
  readonly log?: Log
  /** Who runs the tools. `standalone` logs their failures itself. Default `library`. */
  readonly host?: ToolHost | undefined
}

/** Who knows whose a session is. */
export interface SessionOwners {
  /** Throws `session_not_found` unless the session is the caller's. */
  assertOwned(id: string, caller: Caller): void
}

const DEFAULT_CALL_TIMEOUT_MS = 10_000

const OPTIONS = z.object({
  exchanger: z.custom<TokenExchanger>(
    (value) => typeof (value as Partial<TokenExchanger> | undefined)?.exchange === 'function',
    { error: 'must be a TokenExchanger' },
  ),
  apis: z.record(
    z.string(),
    z.object({
      audience: z.string().min(1, "must be the API's identifier at the authorization server"),
      baseUrl: z.instanceof(URL, { error: 'must be a URL' }),
    }),
  ),
  timeoutMs: z.number().positive('must be a number of milliseconds').optional(),
  maxConcurrentCalls: z.int('must be a whole number').positive('must be positive').optional(),
  maxConcurrentCallsPerUser: z
    .int('must be a whole number')
    .positive('must be positive')
    .optional(),
  maxBytes: z.number().positive('must be a number of bytes').optional(),
})

/**
 * Exchanges the caller's token for each tool call that declares a downstream, and attaches the access to
 * the request's auth context; every other request passes untouched.
 *
 * A failure that the client can cure goes to the error handler: `reauthentication_required`, and
 * `insufficient_scope` where the tool maps the API's scopes to scopes of this server. Any other is attached in
 * place of the access, and the tool answers with it instead of running. Logs `token_exchanged` or `exchange_failed`
 * for the record, and `api_call_failed` for each call of an API that fails.
 * Throws a `TypeError` while mounting when a tool declares an API that is not among `apis`. Needs
 * `bearerAuth`, a JSON body parser and `toolScopes` in front.
 */
export function tokenExchange(options: TokenExchangeOptions): RequestHandler {
  assertOptions('tokenExchange', OPTIONS, options)
  assertApisKnown(options)
  const fetchAs = fairFetchFor(options)
  return async function tokenExchangeMiddleware(req, res, next) {
    const authInfo = authInfoOf(req)
    const { caller } = authContextOf(authInfo)
    const session = sessionOf(req, options)
    if (session !== undefined) assertOwned(session, caller, options)
    if (authInfo !== undefined) {
      openDownstreamAccess(authInfo, (tool, failure) => {
        logCallFailure({ ...common(options), tool, caller, requestId: requestIdOf(req) }, failure)
      })
    }
    const calls = toolCallsIn(req.body).map((name) => options.registry.find(name))
    const signal = session === undefined ? abortedWith(res) : undefined
    for (const tool of calls) {
      if (authInfo === undefined || tool?.downstream === undefined) continue
      const opening = { tool, downstream: tool.downstream, authInfo, req, signal }
      attachDownstreamAccess(
        authInfo,
        tool.name,
        await openAccess(opening, { ...options, fetchAs }),
      )
    }
    next()
  }
}

interface Opening {
  readonly tool: ToolRequirements
  readonly downstream: DownstreamRequirement
  readonly authInfo: AuthInfo
  readonly req: Request
  /** Aborts with the connection, where nobody can read the answer without it. */
  readonly signal: AbortSignal | undefined
}

async function openAccess(
  opening: Opening,
  options: TokenExchangeOptions & { readonly fetchAs: FairFetch },
): Promise<DownstreamAccess> {
  const { tool, downstream, authInfo, req, signal } = opening
  const { caller, subjectToken } = authContextOf(authInfo)
  const api = options.apis[downstream.api]
  if (api === undefined) throw new TypeError(`unknown API ${downstream.api}`)
  const address = options.forwardClientAddress === true ? clientAddressOf(req) : undefined
  const request = {
    ...{ caller, subjectToken },
    audience: api.audience,
    scopes: downstream.scopes,
    ...(address === undefined ? {} : { clientAddress: address }),
  }
  const logged: LoggedCall = {
    ...common(options),
    ...{ tool: tool.name, api: downstream.api, audience: api.audience, asked: downstream.scopes },
    ...{ caller, requestId: requestIdOf(req) },
  }
  const tokens = new ExchangedTokenSource(options.exchanger, request, signal)
  try {
    await assertDelegationAllowed(caller, options.delegation ?? {})
    logExchange(logged, await tokens.exchanged())
  } catch (thrown) {
    const failure = asOnBehalfOfError(thrown)
    logExchangeFailure(logged, failure)
    const mapping = { requiredScopes: tool.requiredScopes, stepUp: downstream.stepUp ?? [] }
    const stepUp = downstreamStepUp(failure, caller, mapping)
    if (stepUp !== undefined) throw stepUp
    if (FAILURE_TABLE[failure.code].surface === 'http') throw failure
    return { failure }
  }
  const calls = {
    ...{ api, tokens },
    fetch: options.fetchAs(userKeyOf(caller)),
    report: (failure: OnBehalfOfError) => {
      logCallFailure(logged, failure)
    },
    trace: traceContextOf(req.headers),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
  }
  return {
    open(wanted = signal) {
      return createDownstreamClient(wanted === undefined ? calls : { ...calls, signal: wanted })
    },
  }
}

/** Calls under way are counted here, so one mounted middleware is one limit. */
function fairFetchFor(options: TokenExchangeOptions): FairFetch {
  return createFairFetch({
    fetch: options.fetch ?? globalFetch,
    maxConcurrentCalls: options.connections,
    maxConcurrentCallsPerUser: options.concurrencyPerUser,
    timeoutMs: options.timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS,
  })
}

function common({ log = silentLog, host = 'library' }: TokenExchangeOptions) {
  return { log, host }
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

function assertOwned(id: string, caller: Caller, { sessions }: TokenExchangeOptions): void {
  if (typeof sessions === 'object') sessions.assertOwned(id, caller)
}

/** A signal that aborts when the client goes away before it has its answer. */
function abortedWith(res: Response): AbortSignal {
  const controller = new AbortController()
  finished(res, () => {
    if (!res.writableFinished) controller.abort(new Error('client went away'))
  })
  return controller.signal
}

function assertApisKnown({ registry, apis }: TokenExchangeOptions): void {
  const faults = registry.tools
    .filter((tool) => tool.downstream !== undefined && !Object.hasOwn(apis, tool.downstream.api))
    .map((tool) => `  - tool ${tool.name} calls the API "${tool.downstream?.api ?? ''}"`)
  if (faults.length > 0) {
    throw new TypeError(`tokenExchange() knows no such API:\n${faults.join('\n')}`)
  }
}
