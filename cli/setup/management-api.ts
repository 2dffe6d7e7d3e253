import type { z } from 'zod'
import { readTextWithin } from '../../src/http/bounded-body.js'
import type { Clock } from '../../src/time/clock.js'
import { withoutUndefined } from '../../src/options/without-undefined.js'
import { parseRetryAfter } from '../../src/http/retry-after.js'
import { jsonObject } from '../../src/http/json-object.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { scrub } from '../../src/logging/scrub.js'
import type { Secret } from '../../src/secret.js'
import { USER_AGENT } from '../../src/version.js'
import { ManagementError } from './management-error.js'
import { ifThere } from './objects/if-there.js'

export type Query = Readonly<Record<string, string>>

/** The Management API of one tenant. Rejects with `ManagementError` for everything but 2xx. */
export interface ManagementApi {
  get(path: string, query?: Query): Promise<unknown>
  post(path: string, body?: object): Promise<unknown>
  patch(path: string, body: object): Promise<unknown>
  /** Resolves where there is nothing to delete, too. */
  delete(path: string, body?: object): Promise<unknown>
}

export interface Reach {
  /** `https://{domain}`. */
  readonly origin: string
  readonly fetch: Fetch
  readonly clock: Clock
  readonly wait: (delayMs: number) => Promise<void>
}

export interface ManagementRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query | undefined
  readonly body?: object | undefined
  readonly token?: Secret | undefined
}

const TIMEOUT_MS = 20_000
const MAX_BYTES = 8 * 1024 * 1024
const MAX_WAITS = 6
const LONGEST_WAIT_MS = 60_000

/** Talks to a tenant's Management API with one token. */
export function createManagementApi(reach: Reach, token: Secret): ManagementApi {
  const base = '/api/v2'
  return {
    get: (path, query = {}) =>
      sendToTenant(reach, { method: 'GET', path: base + path, query, token }),
    post: (path, body) => sendToTenant(reach, { method: 'POST', path: base + path, body, token }),
    patch: (path, body) => sendToTenant(reach, { method: 'PATCH', path: base + path, body, token }),
    delete: (path, body) =>
      ifThere(sendToTenant(reach, { method: 'DELETE', path: base + path, body, token })),
  }
}

/**
 * Sends one request, waiting out rate limits: at most six times, at most a minute each.
 *
 * Nothing else is tried again: a write whose answer is lost may have been made, and names are not unique at Auth0, so a
 * second one could make a second client. No redirect is followed, since the request holds a token.
 */
export async function sendToTenant(reach: Reach, request: ManagementRequest): Promise<unknown> {
  for (let waits = 0; ; waits += 1) {
    const { status, headers, text } = await send(reach, request)
    if (status >= 200 && status < 300) return parse(text, request)
    if (status !== 429 || waits >= MAX_WAITS) throw refused(request, status, text)
    await reach.wait(waitFor(headers, reach.clock))
  }
}

async function send(
  { origin, fetch }: Reach,
  { method, path, query = {}, body, token }: ManagementRequest,
): Promise<{ status: number; headers: Headers; text: string }> {
  const url = new URL(origin + path)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...withoutUndefined({
          'content-type': body && 'application/json',
          authorization: token && `Bearer ${token.reveal()}`,
        }),
      },
      ...withoutUndefined({ body: body && JSON.stringify(body) }),
    })
    const { status, headers } = response
    return { status, headers, text: await readTextWithin(response, MAX_BYTES) }
  } catch (cause) {
    throw new ManagementError({ method, path, cause })
  }
}

function parse(text: string, { method, path }: ManagementRequest): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new ManagementError({ method, path, cause })
  }
}

function refused(
  { method, path }: ManagementRequest,
  status: number,
  answer: string,
): ManagementError {
  const body = jsonObject(answer)
  const errorCode = [body['errorCode'], body['error']].find(
    (code): code is string => typeof code === 'string' && /^[a-z_]{1,60}$/i.test(code),
  )
  const text = scrub(body['message'] ?? body['error_description'], 200)
  return new ManagementError({
    method,
    path,
    status,
    ...withoutUndefined({ errorCode, text }),
  })
}

/** Until `Retry-After`, else `X-RateLimit-Reset` (epoch seconds), else a second; at most a minute. */
function waitFor(headers: Headers, clock: Clock): number {
  const seconds = parseRetryAfter(headers, clock())
  const reset = wholeNumber(headers.get('x-ratelimit-reset'))
  const waitMs =
    seconds === undefined
      ? reset === undefined
        ? 1_000
        : reset * 1_000 - clock()
      : seconds * 1_000
  return Math.min(LONGEST_WAIT_MS, Math.max(1_000, waitMs))
}

function wholeNumber(value: string | null): number | undefined {
  return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : undefined
}

/** Reads an answer by its schema; throws a `ManagementError` that names the request for any other. */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown, path: string): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new ManagementError({ method: 'GET', path: `/api/v2${path}`, cause: parsed.error })
}
