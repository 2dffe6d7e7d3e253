import { backgroundTimers } from '../time/clock.js'
import type { Heard } from './redis-commands.js'

/** A connection of its own that listens; a client that listens does nothing else. */
export interface Subscriber {
  /** Where the connection is not there, rejects. Doing it again does nothing. */
  subscribe(channel: string, message: (text: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  close(): unknown
}

const TRY_AGAIN_MS = 1_000

/** How a connection that listens fares. */
export interface SubscriberEvents {
  /** It stands, for the first time or once more. */
  readonly ready: () => void
  /** It does not, and is tried again. */
  readonly failed: (error: unknown) => void
}

/** Listens to channels whenever they can be had, on one connection that is opened for the first of them. */
export class HeardChannels {
  readonly #open: (events: SubscriberEvents) => Subscriber
  readonly #heard = new Map<string, Heard>()
  /** Tries that are to come, by channel. */
  readonly #again = new Map<string, { cancel(): void }>()
  #subscriber: Subscriber | undefined

  constructor(open: (events: SubscriberEvents) => Subscriber) {
    this.#open = open
  }

  listen(channel: string, heard: Heard): void {
    this.#heard.set(channel, heard)
    this.#connect()
    void this.#subscribe(channel)
  }

  /** Listens on another connection in place of the one that there is. */
  renew(): void {
    this.#subscriber?.close()
    this.#subscriber = undefined
    if (this.#heard.size > 0) this.#connect()
  }

  unlisten(channel: string): void {
    this.#heard.delete(channel)
    this.#subscriber?.unsubscribe(channel).catch(() => undefined)
  }

  close(): void {
    this.#heard.clear()
    for (const timer of this.#again.values()) timer.cancel()
    this.#subscriber?.close()
  }

  #connect(): void {
    this.#subscriber ??= this.#open({
      ready: () => {
        for (const each of this.#heard.keys()) void this.#subscribe(each)
      },
      failed: (error) => {
        for (const heard of this.#heard.values()) heard.failed(error)
      },
    })
  }

  async #subscribe(channel: string): Promise<void> {
    const heard = this.#heard.get(channel)
    this.#again.get(channel)?.cancel()
    if (heard === undefined || this.#subscriber === undefined) return
    try {
      await this.#subscriber.subscribe(channel, heard.message)
    } catch (error) {
      if (this.#heard.get(channel) !== heard) return
      heard.failed(error)
      this.#subscribeLater(channel)
      return
    }
    this.#heard.get(channel)?.stands()
  }

  /** A server that refuses keeps the connection, so nothing else would have it tried again. */
  #subscribeLater(channel: string): void {
    this.#again.get(channel)?.cancel()
    const timer = backgroundTimers.after(TRY_AGAIN_MS, () => void this.#subscribe(channel))
    this.#again.set(channel, timer)
  }
}
