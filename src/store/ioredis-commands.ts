import type { Heard, RedisCommands } from './redis-commands.js'

/** A client of the packages `ioredis` (5 or 6) or `iovalkey`, also for Sentinel or a cluster, as far as it is used here. */
export interface IoRedisClient {
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>
  duplicate(...overrides: never[]): IoRedisClient
  on(event: string, listener: (...args: never[]) => void): unknown
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** The commands of a client of `ioredis` or `iovalkey`. */
export class IoRedisCommands implements RedisCommands {
  readonly #client: IoRedisClient
  readonly #heard = new Map<string, Heard>()
  #subscriber: IoRedisClient | undefined

  constructor(client: IoRedisClient) {
    this.#client = client
    // Without a listener, each failure is written to standard error. What fails is told by the commands.
    client.on('error', () => undefined)
  }

  /** The client connects by itself. */
  connect(): Promise<void> {
    return Promise.resolve()
  }

  send([command = '', ...args]: readonly (string | Uint8Array)[]): Promise<unknown> {
    const sent = args.map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg)))
    return this.#client.callBuffer(command.toString(), sent)
  }

  listen(channel: string, heard: Heard): void {
    this.#heard.set(channel, heard)
    this.#subscriber ??= this.#newSubscriber()
    void this.#subscribe(this.#subscriber, channel)
  }

  unlisten(channel: string): void {
    this.#heard.delete(channel)
    this.#subscriber?.unsubscribe(channel).catch(() => undefined)
  }

  isServerError(error: unknown): error is Error {
    return error instanceof Error && error.name === 'ReplyError'
  }

  close(): Promise<void> {
    this.#heard.clear()
    this.#subscriber?.disconnect()
    this.#client.disconnect()
    return Promise.resolve()
  }

  #newSubscriber(): IoRedisClient {
    const subscriber = this.#client.duplicate()
    subscriber.on('error', () => undefined)
    subscriber.on('message', (channel: string, message: string) => {
      this.#heard.get(channel)?.message(message)
    })
    subscriber.on('ready', () => {
      for (const channel of this.#heard.keys()) void this.#subscribe(subscriber, channel)
    })
    return subscriber
  }

  /** Where the connection is not there, it is done when it is. Doing it again does nothing. */
  async #subscribe(subscriber: IoRedisClient, channel: string): Promise<void> {
    try {
      await subscriber.subscribe(channel)
    } catch {
      return
    }
    this.#heard.get(channel)?.stands()
  }
}
