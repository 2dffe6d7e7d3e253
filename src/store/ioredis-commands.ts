import { HeardChannels, type Subscriber } from './heard-channels.js'
import { sentArguments, type Argument, type Heard, type RedisCommands } from './redis-commands.js'

/** A client of the packages `ioredis` (5 or 6) or `iovalkey`, also for Sentinel or a cluster, as far as it is used here. */
export interface IoRedisClient {
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>
  duplicate(...overrides: never[]): IoRedisClient
  on(event: string, listener: (...args: unknown[]) => void): unknown
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** The commands of a client of `ioredis` or `iovalkey`. */
export class IoRedisCommands implements RedisCommands {
  readonly #client: IoRedisClient
  readonly #channels: HeardChannels

  constructor(client: IoRedisClient) {
    this.#client = client
    // Without a listener, each failure is written to standard error. What fails is told by the commands.
    client.on('error', () => undefined)
    this.#channels = new HeardChannels((ready) => subscriberOf(client, ready))
  }

  /** The client connects by itself. */
  connect(): void {
    return
  }

  send([command = '', ...args]: readonly Argument[]): Promise<unknown> {
    return this.#client.callBuffer(command.toString(), sentArguments(args))
  }

  listen(channel: string, heard: Heard): void {
    this.#channels.listen(channel, heard)
  }

  unlisten(channel: string): void {
    this.#channels.unlisten(channel)
  }

  isServerError(error: unknown): error is Error {
    return error instanceof Error && error.name === 'ReplyError'
  }

  close(): Promise<void> {
    this.#channels.close()
    this.#client.disconnect()
    return Promise.resolve()
  }
}

/** Its messages come as one event for all channels. */
function subscriberOf(client: IoRedisClient, ready: () => void): Subscriber {
  const subscriber = client.duplicate()
  const heard = new Map<string, (text: string) => void>()
  subscriber.on('error', () => undefined)
  subscriber.on('message', (channel, message) => {
    heard.get(String(channel))?.(String(message))
  })
  subscriber.on('ready', ready)
  return {
    subscribe: (channel, message) => {
      heard.set(channel, message)
      return subscriber.subscribe(channel)
    },
    unsubscribe: (channel) => {
      heard.delete(channel)
      return subscriber.unsubscribe(channel)
    },
    close: () => {
      heard.clear()
      subscriber.disconnect()
    },
  }
}
