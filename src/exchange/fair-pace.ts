import { systemTimers, type Clock, type Timers } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'

export interface FairPaceOptions {
  /** Exchanges a second in the long run. */
  readonly perSecond: number
  /** Exchanges at once after a quiet time. Default: `perSecond`. */
  readonly burst?: number
  /** How many may wait altogether. Default 1000. */
  readonly maxWaiting?: number
  readonly clock: Clock
  readonly timers?: Timers
}

interface Waiter {
  readonly proceed: () => void
  readonly refuse: (error: Error) => void
}

/**
 * Keeps exchanges below the authorization server's limit, fairly: users take turns, so that one who asks for
 * much waits behind the others and not the others behind them.
 *
 * Also holds everybody back until a time the authorization server has named (`holdUntil`).
 */
export class FairPace {
  readonly #perSecond: number
  readonly #burst: number
  readonly #maxWaiting: number
  readonly #clock: Clock
  readonly #timers: Timers
  /** Waiters by user; the order of the map is whose turn it is. */
  readonly #queues = new Map<string, Waiter[]>()
  #waiting = 0
  #tokens: number
  #filledAt: number
  #heldUntil = 0
  #timer: { cancel(): void } | undefined

  constructor(options: FairPaceOptions) {
    this.#perSecond = options.perSecond
    this.#burst = options.burst ?? Math.max(1, options.perSecond)
    this.#maxWaiting = options.maxWaiting ?? 1_000
    this.#clock = options.clock
    this.#timers = options.timers ?? systemTimers
    this.#tokens = this.#burst
    this.#filledAt = this.#clock()
  }

  /**
   * Resolves when it is this user's turn; rejects with `exchange_unavailable` when too many wait or the
   * authorization server wants to be left alone, and with the signal's reason when it aborts.
   */
  async turn(user: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const heldMs = this.#heldUntil - this.#clock()
    if (heldMs > 0) throw busy('held_back', heldMs)
    this.#fill()
    if (this.#waiting === 0 && this.#tokens >= 1) {
      this.#tokens -= 1
      return
    }
    if (this.#waiting >= this.#maxWaiting) this.#makeRoomFor(user)
    await this.#wait(user, signal)
  }

  /** Lets nobody through until `untilMs` (epoch milliseconds); never shortens what was said before. */
  holdUntil(untilMs: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, untilMs)
    const heldMs = this.#heldUntil - this.#clock()
    if (heldMs <= 0) return
    for (const waiter of [...this.#queues.values()].flat()) waiter.refuse(busy('held_back', heldMs))
    this.#queues.clear()
    this.#waiting = 0
  }

  #wait(user: string, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const queue = this.#queues.get(user) ?? []
      const leave = (): void => {
        const index = queue.indexOf(waiter)
        if (index < 0) return
        queue.splice(index, 1)
        this.#waiting -= 1
        if (queue.length === 0) this.#queues.delete(user)
        reject(signal.reason as Error)
      }
      const waiter: Waiter = {
        proceed: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      queue.push(waiter)
      this.#queues.set(user, queue)
      this.#waiting += 1
      signal.addEventListener('abort', leave, { once: true })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiting === 0) return
    const waitMs = Math.max(1, Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000))
    this.#timer = this.#timers.after(waitMs, () => {
      this.#timer = undefined
      this.#fill()
      while (this.#tokens >= 1 && this.#waiting > 0) this.#admitNext()
      this.#schedule()
    })
  }

  /** Sends away the last waiter of whoever has most of them; throws where that would be unfair. */
  #makeRoomFor(user: string): void {
    const queues = [...this.#queues.entries()]
    const [longestUser, longest = []] = queues.reduce<[string, Waiter[]] | []>(
      (most, entry) => (entry[1].length > (most[1]?.length ?? 0) ? entry : most),
      [],
    )
    const own = this.#queues.get(user)?.length ?? 0
    const last = longest.length > own + 1 ? longest.pop() : undefined
    if (last === undefined || longestUser === user) throw busy('queue_full', 1_000)
    this.#waiting -= 1
    last.refuse(busy('queue_full', 1_000))
  }

  /** Takes the first waiter of the user whose turn it is, and puts that user last. */
  #admitNext(): void {
    const [entry] = this.#queues
    if (entry === undefined) return
    const [user, queue] = entry
    const waiter = queue.shift()
    this.#queues.delete(user)
    if (queue.length > 0) this.#queues.set(user, queue)
    if (waiter === undefined) return
    this.#waiting -= 1
    this.#tokens -= 1
    waiter.proceed()
  }

  #fill(): void {
    const now = this.#clock()
    const gained = ((now - this.#filledAt) / 1_000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, gained))
    this.#filledAt = now
  }
}

function busy(reason: string, leftMs: number): OnBehalfOfError {
  return new OnBehalfOfError('exchange_unavailable', {
    reason,
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
  })
}
