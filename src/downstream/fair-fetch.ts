import { API_CALL_DEFAULTS } from './api-call-defaults.js'
import { systemTimers, type Timers } from '../time/clock.js'
import type { Fetch } from '../http/fetch-json.js'
import { FairShare, tooManyCalls, type Release } from './fair-share.js'

/** How calls of the APIs are shared among the users. */
export interface FairFetchOptions {
  readonly fetch: Fetch
  /** Calls of one API under way at a time; further calls wait. Default 64. */
  readonly connections?: number | undefined
  /** Those of one user. Default: a quarter of `connections`. */
  readonly concurrencyPerUser?: number | undefined
  /** How long a call may have its place at the most, in milliseconds. */
  readonly timeoutMs: number
  readonly timers?: Timers | undefined
}

/** Calls of all APIs together, by user. */
export type FairFetch = (user: string) => Fetch

/** The share of one user, unless it is set. */
export function defaultShare(connections: number): number {
  return Math.max(1, Math.floor(connections / 4))
}

/**
 * Creates a `fetch` for each user that shares the concurrent calls of one origin fairly among users.
 *
 * A call counts until its answer has been read, cancelled or broken off, at most for `timeoutMs`. Rejects as `fetch`,
 * and with `downstream_unavailable` (`too_many_calls`) when the queue is full or the wait exceeds the signal.
 */
export function createFairFetch(options: FairFetchOptions): FairFetch {
  const places = options.connections ?? API_CALL_DEFAULTS.connections
  const placesPerUser = Math.min(places, options.concurrencyPerUser ?? defaultShare(places))
  const shares = new Map<string, FairShare>()
  const shareOf = (origin: string): FairShare => {
    const share = shares.get(origin) ?? new FairShare({ places, placesPerUser })
    shares.set(origin, share)
    return share
  }
  return (user) =>
    async function fairFetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input)
      const signal = init?.signal ?? undefined
      const release = await turn(shareOf(url.origin), user, signal)
      return call(options, { input, init, release })
    }
}

async function turn(
  share: FairShare,
  user: string,
  signal: AbortSignal | undefined,
): Promise<Release> {
  let release: Release | undefined
  try {
    release = await share.acquire(user, signal)
    // Its turn and its end may come in the same moment.
    signal?.throwIfAborted()
    return release
  } catch (cause) {
    release?.()
    throw isTimeout(cause) ? tooManyCalls(cause) : cause
  }
}

interface Call {
  readonly input: Parameters<Fetch>[0]
  readonly init: Parameters<Fetch>[1]
  readonly release: Release
}

async function call(
  { fetch, timeoutMs, timers = systemTimers }: FairFetchOptions,
  { input, init, release }: Call,
): Promise<Response> {
  const late = new AbortController()
  const timer = timers.after(timeoutMs, () => {
    late.abort(new DOMException('the answer was not read in time', 'TimeoutError'))
    release()
  })
  const over = (): void => {
    timer.cancel()
    release()
  }
  try {
    return watched(await fetch(input, init), late.signal, over)
  } catch (error) {
    over()
    throw error
  }
}

/** The same answer; `over` is called when its body ends, however it ends, and `signal` breaks it off. */
function watched(response: Response, signal: AbortSignal, over: () => void): Response {
  if (response.body === null) {
    over()
    return response
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const late = (): void => {
          controller.error(signal.reason)
          reader.cancel(signal.reason).catch(() => undefined)
        }
        signal.addEventListener('abort', late, { once: true })
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) {
            controller.enqueue(value)
            return
          }
          over()
          controller.close()
        } catch (error) {
          over()
          throw error
        }
      },
      async cancel(reason) {
        over()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}

/** `AbortSignal.timeout` aborts with this; callers that leave abort with reasons of their own. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}
