import { isEventStream } from '../http/is-event-stream.js'
import type { Clock, Timers } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { userKeyOf, type Caller } from '../identity/caller.js'
import type { Revocation } from '../revocation/revocation.js'
import { callerForLog } from '../identity/identifier-for-log.js'

export interface NotificationStreamsOptions {
  /** Open at a time, through all clients of a user together. */
  readonly maxPerUser: number
  readonly clock: Clock
  readonly timers: Timers
  /** Ends streams of users who are signed out. Default: they end with their token. */
  readonly revocation?: Pick<Revocation, 'watch'> | undefined
}

/** Timers count 31 bits of milliseconds; a token that lasts longer must not end its stream at once. */
const LONGEST_MS = 24 * 3_600_000

/**
 * The open streams of notifications.
 *
 * A stream ends with the token that opened it, when its user is signed out, or after a day; its client comes back with another token.
 * Each user has at most `maxPerUser` streams, through all clients together. Counts in this process alone.
 */
export class NotificationStreams {
  readonly #options: NotificationStreamsOptions
  readonly #open = new Map<string, Set<object>>()
  readonly #ends = new Set<() => void>()

  constructor(options: NotificationStreamsOptions) {
    this.#options = options
  }

  /**
   * Opens a stream for a caller; an answer that is no stream passes as it is.
   *
   * `finalEvent` is sent before the server ends it. Throws `rate_limited` when the user has too many.
   */
  async open(
    caller: Caller,
    answer: () => Promise<Response>,
    finalEvent?: string,
  ): Promise<Response> {
    const leave = this.#enter(caller)
    try {
      const response = await answer()
      if (response.body === null || !isEventStream(response)) {
        leave()
        return response
      }
      const { status, headers } = response
      const body = this.#untilExpiry(response.body, { caller, finalEvent, leave })
      return new Response(body, { status, headers })
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Ends all of them, for a server that stops. */
  endAll(): void {
    for (const end of this.#ends) end()
  }

  #untilExpiry(
    source: ReadableStream<Uint8Array>,
    {
      caller,
      finalEvent,
      leave,
    }: { caller: Caller; finalEvent: string | undefined; leave: () => void },
  ): ReadableStream<Uint8Array> {
    let end = (): void => undefined
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      start(controller) {
        end = () => {
          try {
            if (finalEvent !== undefined) controller.enqueue(new TextEncoder().encode(finalEvent))
            controller.terminate()
          } catch {
            // Its reader has gone in this very moment, and there is nothing left to end.
          }
        }
      },
    })
    const { clock, timers, revocation } = this.#options
    const leftMs = Math.max(0, caller.expiresAtSeconds * 1_000 - clock())
    const timer = timers.after(Math.min(leftMs, LONGEST_MS), end)
    this.#ends.add(end)
    const unwatch = revocation?.watch(caller, end)
    const over = (): void => {
      timer.cancel()
      unwatch?.()
      this.#ends.delete(end)
      leave()
    }
    // Settles however the stream ends: by its source, its reader, or us.
    source.pipeTo(writable).then(over, over)
    return readable
  }

  #enter(caller: Caller): () => void {
    const { maxPerUser } = this.#options
    const user = userKeyOf(caller)
    const places = this.#open.get(user) ?? new Set()
    if (places.size >= maxPerUser) {
      throw new OnBehalfOfError('rate_limited', {
        reason: 'too_many_streams',
        description: `At most ${maxPerUser} streams of one user may be open at a time. Close one first.`,
        log: { ...callerForLog(caller) },
      })
    }
    const place = {}
    this.#open.set(user, places.add(place))
    return () => {
      places.delete(place)
      if (places.size === 0 && this.#open.get(user) === places) this.#open.delete(user)
    }
  }
}
