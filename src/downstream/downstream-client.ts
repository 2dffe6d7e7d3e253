import type { ZodType } from 'zod'
import { BodyTooLargeError, readTextWithin } from '../bounded-body.js'
import { OnBehalfOfError, type FailureDetails } from '../errors.js'
import type { Fetch } from '../identity/fetch-json.js'
import type { Secret } from '../secret.js'
import { USER_AGENT } from '../version.js'

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
   * Calls a path of the API and resolves with whatever it answers.
   *
   * Rejects with `downstream_unavailable` when no answer arrives in time, and with `misconfigured` for a
   * path outside the API or a header that is not the handler's to set.
   */
  fetch(path: string, request?: DownstreamRequest): Promise<Response>
  /**
   * Calls a path of the API and resolves with its validated JSON.
   *
   * Rejects with `downstream_unauthorized` (401), `downstream_forbidden` (403), `downstream_unavailable`
   * (429, 5xx, no answer) or `downstream_failed` (any other status, no JSON, or JSON of another shape).
   */
  json<T>(path: string, request: DownstreamRequest & { readonly schema: ZodType<T> }): Promise<T>
}

/** Where the client gets its token from. */
export interface DownstreamTokenSource {
  token(): Promise<Secret>
}

export interface DownstreamClientOptions {
  readonly api: DownstreamApi
  readonly tokens: DownstreamTokenSource
  readonly fetch: Fetch
  /** Ends the calls when the MCP client goes away. */
  readonly signal?: AbortSignal
  /** For one call from connecting to the last byte. Default 10000. */
  readonly timeoutMs?: number
  /** The largest body `json` reads. Default 1 MiB. */
  readonly maxBytes?: number
}

// Credentials come from the exchange alone; the others would move the call to another host or connection.
const FORBIDDEN_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'dpop',
  'host',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
])

// No scheme, no authority, no backslash, no control character: a path and perhaps a query, nothing else.
const SAFE_PATH = /^(?!\/\/)(?![a-z][a-z0-9+.-]*:)[^\\\s#\p{Cc}]*$/iu

/** Creates the client that a tool's handler gets. The handler cannot reach the token through it. */
export function createDownstreamClient(options: DownstreamClientOptions): DownstreamClient {
  const call = async (path: string, request: DownstreamRequest): Promise<Response> => {
    const url = resolvePath(options.api.baseUrl, path, request.query)
    const headers = requestHeaders(request)
    const token = await options.tokens.token()
    headers.set('authorization', `Bearer ${token.reveal()}`)
    return send(url, { ...request, headers }, options)
  }
  return {
    fetch: (path, request = {}) => call(path, request),
    async json(path, request) {
      const response = await call(path, request)
      if (response.status !== 200 && response.status !== 201) throw await refusal(response)
      return parseJson(response, request.schema, options.maxBytes ?? 1024 * 1024)
    },
  }
}

/** Joins a path to the API's base; throws `misconfigured` when the result would lie outside of it. */
function resolvePath(baseUrl: URL, path: string, query: DownstreamRequest['query'] = {}): URL {
  const base = baseUrl.href.replace(/\/+$/, '')
  const href = `${base}/${path.replace(/^\/(?!\/)/, '')}`
  const url = SAFE_PATH.test(path) && URL.canParse(href) ? new URL(href) : undefined
  if (url?.origin !== baseUrl.origin || !url.href.startsWith(`${base}/`)) {
    throw new OnBehalfOfError('misconfigured', { reason: 'path_outside_api' })
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

function requestHeaders(request: DownstreamRequest): Headers {
  const headers = new Headers({ accept: 'application/json', 'user-agent': USER_AGENT })
  if (request.json !== undefined) headers.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (FORBIDDEN_HEADERS.has(name.toLowerCase())) {
      throw new OnBehalfOfError('misconfigured', {
        reason: 'forbidden_header',
        log: { header: name.toLowerCase() },
      })
    }
    headers.set(name, value)
  }
  return headers
}

async function send(
  url: URL,
  request: Omit<DownstreamRequest, 'headers'> & { readonly headers: Headers },
  options: DownstreamClientOptions,
): Promise<Response> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 10_000)
  const { signal } = options
  try {
    return await options.fetch(url, {
      method: request.method ?? 'GET',
      headers: request.headers,
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
    })
  } catch (cause) {
    const reason = deadline.aborted ? 'timed_out' : 'unreachable'
    throw new OnBehalfOfError('downstream_unavailable', { reason, cause })
  }
}

async function refusal(response: Response): Promise<OnBehalfOfError> {
  const { status } = response
  await response.body?.cancel().catch(() => undefined)
  const details: FailureDetails = { reason: `status_${status}`, log: { status } }
  if (status === 401) return new OnBehalfOfError('downstream_unauthorized', details)
  if (status === 403) return new OnBehalfOfError('downstream_forbidden', details)
  if (status === 429 || status >= 500) return new OnBehalfOfError('downstream_unavailable', details)
  return new OnBehalfOfError('downstream_failed', {
    ...details,
    description: `The API refused the call with HTTP status ${status}.`,
  })
}

async function parseJson<T>(response: Response, schema: ZodType<T>, maxBytes: number): Promise<T> {
  const text = await readTextWithin(response, maxBytes).catch(unreadable)
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

function unreadable(cause: unknown): never {
  throw cause instanceof BodyTooLargeError
    ? new OnBehalfOfError('downstream_failed', { reason: 'too_large', cause })
    : new OnBehalfOfError('downstream_unavailable', { reason: 'broke_off', cause })
}
