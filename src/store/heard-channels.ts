import type { Heard } from './redis-commands.js'

/** A connection of its own that listens; a client that listens does nothing else. */
export interface Subscriber {
  /** Where the connection is not there, rejects. Doing it again does nothing. */
  subscribe(channel: string, message: (text: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  close(): unknown
}

/** Listens to channels whenever they can be had, on one connection that is opened for the first of them. */
export class HeardChannels {
  readonly #open: (ready: () => void) => Subscriber
  readonly #heard = new Map<string, Heard>()
  #subscriber: Subscriber | undefined

  /** `open`: it tells by `ready` whenever the connection stands. */
  constructor(open: (ready: () => void) => Subscriber) {
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
    this.#subscriber?.close()
  }

  #connect(): void {
    this.#subscriber ??= this.#open(() => {
      for (const each of this.#heard.keys()) void this.#subscribe(each)
    })
  }

  async #subscribe(channel: string): Promise<void> {
    const heard = this.#heard.get(channel)
    if (heard === undefined || this.#subscriber === undefined) return
    try {
      await this.#subscriber.subscribe(channel, heard.message)
    } catch {
      return
    }
    this.#heard.get(channel)?.stands()
  }
}
