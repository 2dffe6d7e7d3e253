import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import {
  attachDownstreamAccess,
  type DownstreamAccess,
} from '../src/downstream/downstream-access.js'
import { createDownstreamClient, type DownstreamApi } from '../src/downstream/downstream-client.js'
import { ExchangedTokenSource } from '../src/downstream/exchanged-token-source.js'
import { asOnBehalfOfError } from '../src/errors.js'
import { FAILURE_TABLE } from '../src/failure-table.js'
import type { TokenExchanger } from '../src/exchange/token-exchanger.js'
import { authContextOf, type AuthContext } from '../src/identity/auth-context.js'
import type { Fetch } from '../src/identity/fetch-json.js'
import { assertOptions } from '../src/options.js'
import { toolCallsIn } from '../src/tool-calls.js'
import type { ToolRegistry } from '../src/tools/registry.js'
import type { DownstreamRequirement, ToolRequirements } from '../src/tools/tool.js'
import { authInfoOf } from './bearer-auth.js'

export interface TokenExchangeOptions {
  readonly registry: ToolRegistry<ToolRequirements>
  readonly exchanger: TokenExchanger
  /** The protected APIs by the names that tools declare. */
  readonly apis: Readonly<Record<string, DownstreamApi>>
  /** Calls the APIs. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** For one call of an API. Default 10000. */
  readonly timeoutMs?: number
}

const OPTIONS = z.object({
  exchanger: z.object({ exchange: z.function() }),
  apis: z.record(
    z.string(),
    z.object({
      audience: z.string().min(1, "must be the API's identifier at the authorization server"),
      baseUrl: z.instanceof(URL, { error: 'must be a URL' }),
    }),
  ),
})

/**
 * Exchanges the caller's token for each tool call that declares a downstream, and attaches the access to
 * the request's auth context; every other request passes untouched.
 *
 * A failure that the client can cure by signing in again (`reauthentication_required`) goes to the error
 * handler. Any other is attached in place of the access, and the tool answers with it instead of running.
 * Throws a `TypeError` while mounting when a tool declares an API that is not among `apis`. Needs
 * `bearerAuth`, a JSON body parser and `toolScopes` in front.
 */
export function tokenExchange(options: TokenExchangeOptions): RequestHandler {
  assertOptions('tokenExchange', OPTIONS, options)
  assertApisKnown(options)
  return async function tokenExchangeMiddleware(req, res, next) {
    const authInfo = authInfoOf(req)
    const context = authContextOf(authInfo)
    const signal = abortedWith(req, res)
    for (const name of toolCallsIn(req.body)) {
      const downstream = options.registry.find(name)?.downstream
      if (authInfo === undefined || downstream === undefined) continue
      const access = await openAccess(downstream, { context, options, signal })
      attachDownstreamAccess(authInfo, name, access)
    }
    next()
  }
}

interface Opening {
  readonly context: AuthContext
  readonly options: TokenExchangeOptions
  readonly signal: AbortSignal
}

async function openAccess(
  downstream: DownstreamRequirement,
  { context, options, signal }: Opening,
): Promise<DownstreamAccess> {
  const api = options.apis[downstream.api]
  if (api === undefined) throw new TypeError(`unknown API ${downstream.api}`)
  const request = {
    caller: context.caller,
    subjectToken: context.subjectToken,
    audience: api.audience,
    scopes: downstream.scopes,
  }
  const tokens = new ExchangedTokenSource(options.exchanger, request, signal)
  try {
    await tokens.token()
  } catch (thrown) {
    const failure = asOnBehalfOfError(thrown)
    if (FAILURE_TABLE[failure.code].surface === 'http') throw failure
    return { failure }
  }
  const client = createDownstreamClient({
    api,
    tokens,
    fetch: options.fetch ?? globalThis.fetch,
    signal,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return { client }
}

/** A signal that aborts when the client goes away before it has its answer. */
function abortedWith(req: Request, res: Response): AbortSignal {
  const controller = new AbortController()
  res.on('close', () => {
    if (!res.writableFinished) controller.abort(new Error('client went away'))
  })
  if (req.destroyed && res.destroyed) controller.abort()
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
