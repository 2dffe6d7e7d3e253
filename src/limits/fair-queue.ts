/** How many may wait, and what they are told that may not. */
export interface FairQueueOptions {
  /** Waiters altogether: as many as can get their turn in time. Asked whenever somebody begins to wait. */
  readonly maxWaiting: () => number
  readonly refusal: () => Error
}

interface Waiter<T> {
  readonly proceed: (value: T) => void
  readonly refuse: (error: Error) => void
}

/**
 * A queue in which users take turns: one who asks for much waits behind the others, and not the others behind them.
 *
 * When the queue is full, the user with the most waiting calls loses the last of them, before a user with fewer is refused.
 */
export class FairQueue<T> {
  readonly #options: FairQueueOptions
  /** Waiters by user; the order of the map is whose turn it is. */
  readonly #queues = new Map<string, Waiter<T>[]>()
  #length = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#length
  }

  /** Who waits, in the order of their turns. */
  get users(): readonly string[] {
    return [...this.#queues.keys()]
  }

  get userCount(): number {
    return this.#queues.size
  }

  has(user: string): boolean {
    return this.#queues.has(user)
  }

  /** Resolves at the user's turn; rejects with the refusal when too many wait, with the signal's reason when it aborts. */
  async wait(user: string, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    if (this.#length >= this.#options.maxWaiting()) this.#makeRoomFor(user)
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        if (this.#remove(user, waiter)) reject(signal?.reason as Error)
      }
      const waiter: Waiter<T> = {
        proceed: (value) => {
          signal?.removeEventListener('abort', leave)
          resolve(value)
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', leave)
          reject(error)
        },
      }
      this.#queues.set(user, [...(this.#queues.get(user) ?? []), waiter])
      this.#length += 1
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  /**
   * Offers a turn to the users in their order, and puts the first who gets something last. Tells whether anybody did;
   * `undefined` is nothing.
   */
  admitNext(offer: (user: string) => T | undefined): boolean {
    for (const [user, [waiter, ...rest]] of this.#queues) {
      const value = waiter === undefined ? undefined : offer(user)
      if (waiter === undefined || value === undefined) continue
      this.#queues.delete(user)
      if (rest.length > 0) this.#queues.set(user, rest)
      this.#length -= 1
      waiter.proceed(value)
      return true
    }
    return false
  }

  /** Sends away whoever would have to wait for too long, now that fewer may wait: first from those who wait with the most. */
  trim(): void {
    const most = this.#options.maxWaiting()
    while (this.#length > most) {
      const [user, waiters] = this.#longest()
      const last = waiters.at(-1)
      if (last === undefined) return
      this.#remove(user, last)
      last.refuse(this.#options.refusal())
    }
  }

  /** Sends everybody away. */
  refuseAll(refusal: () => Error): void {
    const waiters = [...this.#queues.values()].flat()
    this.#queues.clear()
    this.#length = 0
    for (const waiter of waiters) waiter.refuse(refusal())
  }

  #remove(user: string, waiter: Waiter<T>): boolean {
    const queue = this.#queues.get(user) ?? []
    const rest = queue.filter((one) => one !== waiter)
    if (rest.length === queue.length) return false
    if (rest.length === 0) this.#queues.delete(user)
    else this.#queues.set(user, rest)
    this.#length -= 1
    return true
  }

  /** The user with the most waiters; among several, the one whose turn comes last. */
  #longest(): readonly [user: string, waiters: readonly Waiter<T>[]] {
    let longest: readonly [string, readonly Waiter<T>[]] = ['', []]
    for (const entry of this.#queues) if (entry[1].length >= longest[1].length) longest = entry
    return longest
  }

  /** Throws where sending somebody else away would be unfair. */
  #makeRoomFor(user: string): void {
    const own = this.#queues.get(user)?.length ?? 0
    const [longestUser, longest] = this.#longest()
    const last = longest.at(-1)
    if (last === undefined || longest.length <= own + 1) throw this.#options.refusal()
    this.#remove(longestUser, last)
    last.refuse(this.#options.refusal())
  }
}
