import { parseClaims } from '../failures/claims-challenge.js'
import { readBodyWithin, readTextWithin } from '../http/bounded-body.js'
import type { AnswerHeaders } from '../http/http-sender.js'
import { jsonObject } from '../http/json-object.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { senderOfFetch } from '../http/sender-of-fetch.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { Fetch } from '../http/fetch-json.js'
import type { ExchangeRefusal } from './refusal-reader.js'
import { parseRateLimits, type RateLimit } from './rate-limits.js'

/** What came back from the token endpoint, kept aside while a library interprets the same answer. */
export interface TokenEndpointAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly text: string
}

/** A form to be sent to the token endpoint. */
export interface TokenEndpointForm {
  readonly url: URL
  readonly form: URLSearchParams
  readonly headers: Headers
}

export interface ResponseCapture {
  /** For a library that makes the request. */
  readonly fetch: Fetch
  /** Makes the request without a library, and without what `fetch` costs where the given one is ours. */
  readonly post: (request: TokenEndpointForm) => Promise<TokenEndpointAnswer>
  /** The last answer, or `undefined` when none arrived whole. */
  readonly answer: () => TokenEndpointAnswer | undefined
  /** Why the last answer did not arrive whole, if it did not. */
  readonly failure: () => unknown
  /** What the request proved itself with: to be cut out of whatever the server says back. */
  readonly secrets: () => readonly string[]
}

export interface ResponseCaptureOptions {
  readonly fetch: Fetch
  readonly signal: AbortSignal
  readonly userAgent: string
  /** Sent along with the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default 256 KiB. */
  readonly maxBytes?: number | undefined
}

/**
 * Wraps `fetch` for one token request: never follows a redirect (the request holds a token and perhaps a
 * secret), names itself, reads a bounded body, and keeps the bare answer, since libraries report the
 * same refusal through different error classes.
 */
export function captureResponse(options: ResponseCaptureOptions): ResponseCapture {
  let answer: TokenEndpointAnswer | undefined
  let failure: unknown
  let secrets = (): readonly string[] => []
  const maxBytes = options.maxBytes ?? 256 * 1024
  /** Notes what a request proves itself with, and names us. */
  const prepare = (headers: Headers, body: unknown): Headers => {
    const authorization = headers.get('authorization')
    secrets = () => secretsIn(authorization, body)
    headers.set('user-agent', options.userAgent)
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    return headers
  }
  const kept = async (ask: () => Promise<TokenEndpointAnswer>): Promise<TokenEndpointAnswer> => {
    try {
      answer = await ask()
      return answer
    } catch (thrown) {
      failure = thrown
      throw thrown
    }
  }
  return {
    answer: () => answer,
    failure: () => failure,
    secrets: () => secrets(),
    post: ({ url, form, headers }) =>
      kept(() =>
        sentForm({ ...options, maxBytes }, { url, form, headers: prepare(headers, form) }),
      ),
    fetch: async (input, init) => {
      const headers = prepare(new Headers(init?.headers), init?.body)
      const { signal } = options
      const request: RequestInit = { ...init, headers, redirect: 'manual', signal }
      return asResponse(
        await kept(async () => {
          const response = await options.fetch(input, request)
          const text = await readTextWithin(response, maxBytes)
          return { status: response.status, headers: response.headers, text }
        }),
      )
    },
  }
}

/** The same answer as a `Response`, for a library to judge. */
export function asResponse({ status, headers, text }: TokenEndpointAnswer): Response {
  const fields = new Headers()
  for (const [name, value] of headers) fields.append(name, value)
  return new Response(bodyAllowed(status) ? text : null, { status, headers: fields })
}

function bodyAllowed(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304
}

async function sentForm(
  { fetch, signal, maxBytes }: ResponseCaptureOptions & { readonly maxBytes: number },
  { url, form, headers }: TokenEndpointForm,
): Promise<TokenEndpointAnswer> {
  const {
    status,
    headers: received,
    body,
  } = await senderOfFetch(fetch)({
    url,
    method: 'POST',
    headers: new Map(headers),
    body: form.toString(),
    signal,
  })
  return { status, headers: received, text: await readBodyWithin(body, maxBytes) }
}

const SECRET_PARAMETERS = [
  'client_secret',
  'client_assertion',
  'subject_token',
  'actor_token',
  'assertion',
]

function secretsIn(authorization: string | null, body: unknown): readonly string[] {
  const form =
    typeof body === 'string' || body instanceof URLSearchParams
      ? new URLSearchParams(body)
      : new URLSearchParams()
  const [scheme, basic = ''] = authorization?.split(' ') ?? []
  const [, encoded = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? []
  return [
    ...SECRET_PARAMETERS.flatMap((name) => form.getAll(name)),
    ...(scheme === 'Basic'
      ? [basic, encoded, new URLSearchParams(`x=${encoded}`).get('x') ?? '']
      : []),
  ].filter((secret) => secret !== '')
}

/** A refusal without what the request proved itself with, in any encoding of it. */
export function withoutSecrets(
  refusal: ExchangeRefusal,
  secrets: readonly string[],
): ExchangeRefusal {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ x: secret }).toString().slice(2),
  ])
  const cut = (text: string | undefined): string | undefined =>
    forms.reduce((rest, secret) => rest?.replaceAll(secret, '[scrubbed]'), text)
  return {
    ...refusal,
    error: cut(refusal.error),
    errorDescription: cut(refusal.errorDescription),
    challengeError: cut(refusal.challengeError),
    suberror: cut(refusal.suberror),
    // Claims are passed on as they are, or not at all.
    claims: cut(refusal.claims) === refusal.claims ? refusal.claims : undefined,
    traceId: cut(refusal.traceId),
    correlationId: cut(refusal.correlationId),
  }
}

/** Reads a refusal out of a recorded answer; `undefined` for a 200 or for none. */
export function refusalIn(
  answer: TokenEndpointAnswer | undefined,
  clock: Clock = systemClock,
): ExchangeRefusal | undefined {
  if (answer === undefined || answer.status === 200) return undefined
  const body = jsonObject(answer.text)
  const challenge = /^\s*(?:bearer|dpop)\b.*?\berror="?([a-z_]+)/i.exec(
    answer.headers.get('www-authenticate') ?? '',
  )
  return {
    status: answer.status,
    error: textOf(body['error']),
    errorDescription: textOf(body['error_description']),
    challengeError: challenge?.[1],
    suberror: textOf(body['suberror']),
    claims: parseClaims(body['claims']),
    errorCodes: codesIn(body['error_codes']),
    traceId: textOf(body['trace_id']),
    correlationId: textOf(body['correlation_id']),
    retryAfterSeconds: retryAfter(answer.headers, clock),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** More than these say nothing more. */
const MAX_ERROR_CODES = 10

function codesIn(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined
  const codes = value.slice(0, MAX_ERROR_CODES).filter((each) => Number.isSafeInteger(each))
  return codes.length === 0 ? undefined : (codes as number[])
}

/** What an answer says about rate limits; nothing where none came. */
export function rateLimitsIn(
  answer: TokenEndpointAnswer | undefined,
  clock: Clock = systemClock,
): readonly RateLimit[] {
  return answer === undefined ? [] : parseRateLimits(answer.headers, clock)
}

/** `Retry-After`, else when a rate limit starts anew. */
function retryAfter(headers: AnswerHeaders, clock: Clock): number | undefined {
  const told = parseRetryAfter(headers, clock())
  if (told !== undefined) return told
  const resets = parseRateLimits(headers, clock).flatMap(({ resetAtMs }) => resetAtMs ?? [])
  if (resets.length === 0) return undefined
  return Math.max(1, Math.ceil((Math.max(...resets) - clock()) / 1_000))
}
