import { validateHeaderName, validateHeaderValue } from 'node:http'
import { OnBehalfOfError } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import { nearestName } from '../options/nearest-name.js'
import { USER_AGENT } from '../version.js'
import { resolveApiPath } from './api-path.js'
import { IDEMPOTENT } from './call-outcome.js'
import type {
  AnyPath,
  DownstreamBody,
  DownstreamMethod,
  IdempotencyKey,
  TemplateRequest,
} from './downstream-request.js'
import type { TraceContext } from './trace-context.js'

/** A call as it goes out, but for the token. */
export interface OutgoingRequest {
  readonly url: URL
  /** The path with its names in place of the values: fit for a log. */
  readonly template: string
  readonly method: DownstreamMethod
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string | Uint8Array | undefined
  /** Whether it may be made again where nobody knows what became of it: by its method, or by its key. */
  readonly repeatable: boolean
}

const METHODS: ReadonlySet<unknown> = new Set<DownstreamMethod>([
  ...(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'] as const),
])

// Credentials come from the exchange alone; the others would move the call to another host, connection, path or method.
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
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
])

/** Whether a header is not a handler's to set, whatever its value. CGI and its heirs read `_` in a name as `-`. */
export function isForbiddenHeader(name: string): boolean {
  return FORBIDDEN_HEADERS.has(name.toLowerCase().replaceAll('_', '-'))
}

/** Puts a call together; throws `misconfigured` or `invalid_argument` for what a handler may not ask for. */
export function outgoingRequest(
  baseUrl: URL,
  {
    path,
    request,
    trace,
  }: { path: AnyPath; request: TemplateRequest; trace?: TraceContext | undefined },
): OutgoingRequest {
  assertMembers(request)
  const { method = 'GET', params, query } = request
  if (!METHODS.has(method)) {
    const problem = `method is none of ${[...METHODS].join(', ')}, in capitals`
    throw new OnBehalfOfError('misconfigured', { reason: 'method', log: { problem } })
  }
  assertBody(request, method)
  const { url, template } = resolveApiPath(baseUrl, { path, params, query })
  return {
    url,
    template,
    method,
    headers: requestHeaders(request, trace),
    body: requestBody(request),
    repeatable: IDEMPOTENT.has(method) || request.idempotency !== undefined,
  }
}

function assertBody({ json, body }: TemplateRequest, method: DownstreamMethod): void {
  if (json === undefined && body === undefined) return
  const [first, second] = Object.entries({ json, body })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
  if (first === undefined) return
  if (second !== undefined) throw bodyFault('the request has both json and body: give one of them')
  if (method === 'GET' || method === 'HEAD') {
    throw bodyFault(`${method} takes no ${first}: HTTP gives its body no meaning`)
  }
  if (body !== undefined && !isBody(body)) {
    throw bodyFault('body is not { contentType, content } with a string or bytes as content')
  }
}

/** JavaScript may give anything. */
function isBody(body: unknown): body is DownstreamBody {
  const { contentType, content } = (body ?? {}) as Partial<Record<keyof DownstreamBody, unknown>>
  const isContent = typeof content === 'string' || content instanceof Uint8Array
  return isContent && typeof contentType === 'string' && contentType !== ''
}

function bodyFault(problem: string): OnBehalfOfError {
  return new OnBehalfOfError('misconfigured', { reason: 'json_body', log: { problem } })
}

/** The schema is for `json()` alone. */
const MEMBERS = Object.keys({
  ...{ method: true, params: true, query: true, headers: true, json: true, body: true },
  ...{ idempotency: true, argumentNames: true, schema: true },
} satisfies Record<keyof TemplateRequest | 'schema', true>)

const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['signal', 'give the signal to downstreamOf(), in its third argument'],
])

/** JavaScript may say anything; what is not read would be missing from the call without a word. */
function assertMembers(request: TemplateRequest): void {
  const given: Readonly<Record<string, unknown>> = { ...request }
  const unknown = Object.keys(given).find(
    (name) => !MEMBERS.includes(name) && given[name] !== undefined,
  )
  if (unknown === undefined) {
    assertArgumentNames(request)
    return
  }
  const nearest = nearestName(unknown, MEMBERS)
  const meant = nearest === undefined ? `use ${MEMBERS.join(', ')}` : `did you mean "${nearest}"?`
  const problem = `the request has an unknown member "${scrub(unknown, 100) ?? ''}"`
  const log = { problem, hint: ELSEWHERE.get(unknown) ?? meant }
  throw new OnBehalfOfError('misconfigured', { reason: 'unknown_member', log })
}

/** JavaScript may give the names themselves. */
function assertArgumentNames({ argumentNames }: { readonly argumentNames?: unknown }): void {
  if (argumentNames === undefined || typeof argumentNames === 'function') return
  const problem = 'argumentNames is no function: give () => new Set([…])'
  throw new OnBehalfOfError('misconfigured', { reason: 'unknown_member', log: { problem } })
}

function requestBody({ json, body }: TemplateRequest): string | Uint8Array | undefined {
  if (json === undefined) return body?.content
  try {
    return JSON.stringify(json)
  } catch {
    // The error's message would quote names of the body.
    const problem =
      'json cannot be written as JSON: it holds a circle, a BigInt, or a toJSON that throws'
    throw new OnBehalfOfError('misconfigured', { reason: 'json_body', log: { problem } })
  }
}

function requestHeaders(
  request: TemplateRequest,
  trace: TraceContext = {},
): ReadonlyMap<string, string> {
  const headers = new Map([
    ['accept', 'application/json'],
    ['user-agent', USER_AGENT],
  ])
  if (request.json !== undefined) headers.set('content-type', 'application/json')
  if (request.body !== undefined) setHeader(headers, 'content-type', request.body.contentType)
  for (const [name, value] of Object.entries({ ...trace, ...request.headers })) {
    if (value !== undefined) setHeader(headers, name, value)
  }
  if (request.idempotency !== undefined) setKey(headers, request.idempotency)
  return headers
}

function setKey(
  headers: Map<string, string>,
  { key, header = 'Idempotency-Key' }: IdempotencyKey,
): void {
  setHeader(headers, header, key)
  if (headers.get(header.toLowerCase()) !== '') return
  const problem = 'the key of idempotency is empty: give each call a key of its own, such as a UUID'
  throw new OnBehalfOfError('misconfigured', { reason: 'invalid_header', log: { problem } })
}

function setHeader(headers: Map<string, string>, name: string, value: string): void {
  const header = name.toLowerCase()
  if (isForbiddenHeader(header)) {
    const log = { header, problem: `the header ${header} is not the handler's to set` }
    throw new OnBehalfOfError('misconfigured', { reason: 'forbidden_header', log })
  }
  try {
    const text = value.trim()
    validateHeaderName(name)
    validateHeaderValue(name, text)
    headers.set(header, text)
  } catch {
    const problem = 'a header has a name or a value that HTTP does not allow'
    throw new OnBehalfOfError('misconfigured', { reason: 'invalid_header', log: { problem } })
  }
}
