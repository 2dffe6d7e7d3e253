import { withDeadline } from '../time/call-deadline.js'
import { BodyTooLargeError, readTextWithin } from './bounded-body.js'

/** A function with the contract of the global `fetch`. */
export type Fetch = typeof globalThis.fetch

export type RemoteDocumentReason =
  'unreachable' | 'timed_out' | 'unexpected_status' | 'not_json' | 'too_large' | 'invalid'

/** A document we need from the authorization server could not be had; `reason` says how. */
export class RemoteDocumentError extends Error {
  readonly reason: RemoteDocumentReason
  readonly url: string
  readonly status: number | undefined
  /** Where a redirect leads, as the server wrote it. Foreign text. */
  readonly location: string | undefined
  /** In our own words, what is wrong with a document that was had. */
  readonly why: string | undefined

  constructor(
    reason: RemoteDocumentReason,
    url: string,
    details: {
      status?: number | undefined
      location?: string | undefined
      why?: string | undefined
      cause?: unknown
    } = {},
  ) {
    const { why, cause = why === undefined ? undefined : new Error(why) } = details
    super(`${reason}: ${url}`, cause === undefined ? undefined : { cause })
    this.name = 'RemoteDocumentError'
    this.reason = reason
    this.url = url
    this.status = details.status
    this.location = details.location
    this.why = why
  }
}

export interface FetchJsonOptions {
  readonly fetch: Fetch
  /** For the whole exchange, body included. */
  readonly timeoutMs: number
  /** Takes the place of `timeoutMs`, where several requests share one deadline. */
  readonly deadline?: AbortSignal | undefined
  /** Default 512 KiB: a key set with a hundred keys stays well below. */
  readonly maxBytes?: number | undefined
}

/**
 * Gets a JSON document by GET, or throws a `RemoteDocumentError`.
 *
 * Only status 200 counts; redirects are not followed. The body is read up to `maxBytes`. Neither the
 * media type nor the shape of the value is checked.
 */
export function fetchJson(url: string, options: FetchJsonOptions): Promise<unknown> {
  return options.deadline === undefined
    ? withDeadline(options.timeoutMs, (signal) => getJson(url, options, signal))
    : getJson(url, options, options.deadline)
}

async function getJson(
  url: string,
  options: FetchJsonOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await send(url, options.fetch, signal)
  if (response.status !== 200) {
    await response.body?.cancel().catch(() => undefined)
    throw new RemoteDocumentError('unexpected_status', url, {
      status: response.status,
      location: response.headers.get('location') ?? undefined,
    })
  }
  const text = await readBody(response, { ...options, url, signal })
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new RemoteDocumentError('not_json', url, { cause })
  }
}

async function send(url: string, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal,
    })
  } catch (cause) {
    throw new RemoteDocumentError(signal.aborted ? 'timed_out' : 'unreachable', url, { cause })
  }
}

async function readBody(
  response: Response,
  { url, signal, maxBytes = 512 * 1024 }: FetchJsonOptions & { url: string; signal: AbortSignal },
): Promise<string> {
  try {
    return await readTextWithin(response, maxBytes)
  } catch (cause) {
    if (cause instanceof BodyTooLargeError)
      throw new RemoteDocumentError('too_large', url, { cause })
    throw new RemoteDocumentError(signal.aborted ? 'timed_out' : 'unreachable', url, { cause })
  }
}
