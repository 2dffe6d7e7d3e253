import type { ZodType } from 'zod'
import { BodyTooLargeError, readTextWithin } from '../bounded-body.js'
import { OnBehalfOfError } from '../errors.js'
import { untilAborted } from '../exchange/until-aborted.js'
import type { Fetch } from '../identity/fetch-json.js'
import type { Secret } from '../secret.js'
import { USER_AGENT } from '../version.js'
import { limitBody } from './limit-body.js'
import { resolveApiPath } from './api-path.js'
import { apiRefusal } from './api-refusal.js'
import type { TraceContext } from './trace-context.js'

/** One protected API: where it is and how the authorization server calls it. */
export interface DownstreamApi {
  /** The API's identifier at the authorization server, byte for byte: a trailing slash matters. */
  readonly audience: string
  /** Where its paths start. A trailing slash is meaningless. */
  readonly baseUrl: URL
}

/** What a handler may say about a call. There is no place for credentials, a host or a redirect. */
export interface DownstreamRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
}

/** The API as the signed-in user, for one tool call. */
export interface DownstreamClient {
  /**
   * Calls a path of the API and resolves with whatever it answers; redirects are not followed. A body beyond the
   * limit breaks off with `downstream_failed` while it is read.
   *
   * A 401 to an idempotent call is met with one new exchange and one more try. Rejects with
   * `downstream_unavailable` when no answer arrives in time, with `misconfigured` for a path outside the API
   * or a header that is not the handler's to set, and with the codes of the exchange.
   */
  fetch(path: string, request?: DownstreamRequest): Promise<Response>
  /**
   * Calls a path of the API and resolves with its validated JSON.
   *
   * Rejects as `fetch`, and with `downstream_unauthorized` (401), `downstream_scope_denied` (403 that asks for
   * scope), `downstream_forbidden` (403), `downstream_unavailable` (429, 5xx, broken off) or
   * `downstream_failed` (any other status, no JSON, too much, or JSON of another shape).
   */
  json<T>(path: string, request: DownstreamRequest & { readonly schema: ZodType<T> }): Promise<T>
}

/** Where the client gets its token from. */
export interface DownstreamTokenSource {
  token(): Promise<Secret>
  /** Another token in place of one that the API has refused. */
  renew(rejected: Secret): Promise<Secret>
  /** Gives up a token that the API has refused, where the call is not made again. */
  discard?(rejected: Secret): Promise<void>
}

export interface DownstreamClientOptions {
  readonly api: DownstreamApi
  readonly tokens: DownstreamTokenSource
  readonly fetch: Fetch
  /** Ends the calls, for a caller that no longer wants the answer. */
  readonly signal?: AbortSignal
  /** Passed on to the API. */
  readonly trace?: TraceContext
  /** For one call from connecting to the last byte. Default 10000. */
  readonly timeoutMs?: number
  /** The largest body that can be read. Default 1 MiB. */
  readonly maxBytes?: number
}

// Credentials come from the exchange alone; the others would move the call to another host or connection.
const FORBIDDEN_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'dpop',
  'forwarded',
  'host',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
])
const DEFAULT_MAX_BYTES = 1024 * 1024
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/** Creates the client that a tool's handler gets. The handler cannot reach the token through it. */
export function createDownstreamClient(options: DownstreamClientOptions): DownstreamClient {
  const { api, tokens, maxBytes = DEFAULT_MAX_BYTES } = options
  const call = async (path: string, request: DownstreamRequest): Promise<Response> => {
    const outgoing = {
      url: resolveApiPath(api.baseUrl, path, request.query),
      method: request.method ?? 'GET',
      headers: requestHeaders(request, options.trace),
      body: request.json === undefined ? undefined : JSON.stringify(request.json),
    }
    const token = await tokens.token()
    const response = await send(outgoing, token, options)
    if (response.status !== 401) return response
    if (!IDEMPOTENT.has(outgoing.method)) {
      await tokens.discard?.(token)
      return response
    }
    await response.body?.cancel().catch(() => undefined)
    return send(outgoing, await renewed(tokens.renew(token), options.signal), options)
  }
  return {
    fetch: async (path, request = {}) => limitBody(await call(path, request), maxBytes),
    async json(path, request) {
      const response = await call(path, request)
      if (response.status !== 200 && response.status !== 201) throw await apiRefusal(response)
      return parseJson(response, request.schema, options)
    },
  }
}

/** The renewal may serve other calls too: whoever leaves stops waiting for it, no more. */
function renewed(token: Promise<Secret>, signal: AbortSignal | undefined): Promise<Secret> {
  if (signal === undefined) return token
  return untilAborted(
    token,
    signal,
    () => new OnBehalfOfError('cancelled', { cause: signal.reason }),
  )
}

interface OutgoingRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: string | undefined
}

function requestHeaders(request: DownstreamRequest, trace: TraceContext = {}): Headers {
  const headers = new Headers({ accept: 'application/json', 'user-agent': USER_AGENT })
  if (request.json !== undefined) headers.set('content-type', 'application/json')
  for (const [name, value] of Object.entries({ ...trace, ...request.headers })) {
    if (FORBIDDEN_HEADERS.has(name.toLowerCase())) {
      const log = { header: name.toLowerCase() }
      throw new OnBehalfOfError('misconfigured', { reason: 'forbidden_header', log })
    }
    headers.set(name, value)
  }
  return headers
}

async function send(
  { url, method, headers, body }: OutgoingRequest,
  token: Secret,
  { fetch, signal, timeoutMs = 10_000 }: DownstreamClientOptions,
): Promise<Response> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const authorized = new Headers(headers)
  authorized.set('authorization', `Bearer ${token.reveal()}`)
  try {
    return await fetch(url, {
      method,
      headers: authorized,
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      ...(body === undefined ? {} : { body }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw new OnBehalfOfError('cancelled', { cause })
    if (cause instanceof OnBehalfOfError) throw cause
    const reason = deadline.aborted ? 'timed_out' : 'unreachable'
    throw new OnBehalfOfError('downstream_unavailable', { reason, cause })
  }
}

async function parseJson<T>(
  response: Response,
  schema: ZodType<T>,
  { maxBytes = DEFAULT_MAX_BYTES, signal }: DownstreamClientOptions,
): Promise<T> {
  const text = await readTextWithin(response, maxBytes).catch((cause: unknown) => {
    throw unreadable(cause, signal)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new OnBehalfOfError('downstream_failed', { reason: 'not_json', cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new OnBehalfOfError('downstream_failed', {
    reason: 'unexpected_shape',
    log: { paths: parsed.error.issues.slice(0, 10).map((issue) => issue.path.join('.')) },
  })
}

function unreadable(cause: unknown, signal: AbortSignal | undefined): OnBehalfOfError {
  if (cause instanceof BodyTooLargeError) {
    return new OnBehalfOfError('downstream_failed', { reason: 'too_large', cause })
  }
  return signal?.aborted === true
    ? new OnBehalfOfError('cancelled', { cause })
    : new OnBehalfOfError('downstream_unavailable', { reason: 'broke_off', cause })
}
