import { API_CALL_DEFAULTS } from './api-call-defaults.js'
import type { AnswerBody, HttpAnswer, HttpSender } from '../http/http-sender.js'
import { observeWait } from '../observability/observe-wait.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { FairShare, tooManyCalls, type Release } from './fair-share.js'

/** How calls of the APIs are shared among the users. */
export interface FairSenderOptions {
  readonly send: HttpSender
  /** Calls of one API under way at a time; further calls wait. Default 64. */
  readonly connections?: number | undefined
  /** Those of one user. Default: a quarter of `connections`. */
  readonly concurrencyPerUser?: number | undefined
  /** How long a call may take, waiting included, in milliseconds. Default 10000. */
  readonly timeoutMs?: number | undefined
  /** Sees the waits. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
}

/** Calls of all APIs together, by user. */
export type FairSender = (user: string) => HttpSender

/** The share of one user, unless it is set. */
export function defaultShare(connections: number): number {
  return Math.max(1, Math.floor(connections / 4))
}

/**
 * Creates a sender for each user that shares the concurrent calls of one origin fairly among users.
 *
 * A call counts until its answer has been read or cancelled, or its signal aborts: a call without a deadline could keep its place for
 * ever. Rejects as `send`, and with `downstream_unavailable` (`too_many_calls`) when more wait than can get their turn in
 * time, or the wait exceeds the signal.
 */
export function createFairSender(options: FairSenderOptions): FairSender {
  const places = options.connections ?? API_CALL_DEFAULTS.connections
  const placesPerUser = Math.min(places, options.concurrencyPerUser ?? defaultShare(places))
  const maxMs = options.timeoutMs ?? API_CALL_DEFAULTS.timeoutMs
  const shares = new Map<string, FairShare>()
  const shareOf = (origin: string): FairShare => {
    const share = shares.get(origin) ?? new FairShare({ places, placesPerUser, maxMs })
    shares.set(origin, share)
    return share
  }
  return (user) =>
    async function sendFairly(call) {
      const { signal, url } = call
      const release = await observeWait('api', options.observer, () =>
        turn(shareOf(url.origin), user, signal),
      )
      const over = untilAbort(release, signal)
      try {
        return watched(await options.send(call), over)
      } catch (error) {
        over()
        throw error
      }
    }
}

async function turn(share: FairShare, user: string, signal: AbortSignal): Promise<Release> {
  let release: Release | undefined
  try {
    release = await share.acquire(user, signal)
    // Its turn and its end may come in the same moment.
    signal.throwIfAborted()
    return release
  } catch (cause) {
    release?.()
    throw isTimeout(cause) ? tooManyCalls(cause) : cause
  }
}

/** The place is given back at once where the signal aborts, whether or not anybody reads the answer. */
function untilAbort(release: Release, signal: AbortSignal): () => void {
  const over = (): void => {
    signal.removeEventListener('abort', over)
    release()
  }
  signal.addEventListener('abort', over, { once: true })
  return over
}

/** The same answer; `over` is called when its body ends, however it ends. */
function watched(answer: HttpAnswer, over: () => void): HttpAnswer {
  if (answer.body === undefined) {
    over()
    return answer
  }
  const { status, statusText, headers } = answer
  return { status, statusText, headers, body: watchedBody(answer.body, over) }
}

function watchedBody(body: AnswerBody, over: () => void): AnswerBody {
  return {
    async next() {
      try {
        const bytes = await body.next()
        if (bytes === undefined) over()
        return bytes
      } catch (error) {
        over()
        throw error
      }
    },
    cancel(reason) {
      over()
      body.cancel(reason)
    },
  }
}

/** A deadline aborts with this; callers that leave abort with reasons of their own. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}
