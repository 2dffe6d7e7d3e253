import { ConnectionError } from './connection-error.js'
import { HeardChannels, type Subscriber, type SubscriberEvents } from './heard-channels.js'
import { sentArguments, type Argument, type Heard, type RedisCommands } from './redis-commands.js'

/** A client of the packages `ioredis` (5 or 6) or `iovalkey`, also for Sentinel or a cluster, as far as it is used here. */
export interface IoRedisClient {
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>
  duplicate(...overrides: never[]): IoRedisClient
  on(event: string, listener: (...args: string[]) => void): unknown
  readonly options: object
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** The commands of a client of `ioredis` or `iovalkey`. */
export class IoRedisCommands implements RedisCommands {
  #client: IoRedisClient
  readonly #channels: HeardChannels
  readonly #connectionError = new ConnectionError()

  constructor(client: IoRedisClient) {
    this.#client = client
    this.#connectionError.watch(client)
    this.#channels = new HeardChannels((events) => subscriberOf(this.#client, events))
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

  renew(): void {
    const given = this.#client
    this.#client = given.duplicate()
    this.#connectionError.watch(this.#client)
    given.disconnect()
    this.#channels.renew()
  }

  isServerError(error: unknown): error is Error {
    return error instanceof Error && error.name === 'ReplyError'
  }

  connectionError(): unknown {
    return this.#connectionError.last
  }

  close(): Promise<void> {
    this.#channels.close()
    this.#client.disconnect()
    return Promise.resolve()
  }
}

/** Its messages come as one event for all channels. */
function subscriberOf(client: IoRedisClient, events: SubscriberEvents): Subscriber {
  const subscriber = client.duplicate()
  const heard = new Map<string, (text: string) => void>()
  subscriber.on('error', events.failed)
  // `ready` has it done here. Where the client does it, a refusal is rejected to nobody, which ends the process.
  Object.assign(subscriber.options, { autoResubscribe: false })
  subscriber.on('message', (channel: string, message: string) => {
    heard.get(channel)?.(message)
  })
  subscriber.on('ready', events.ready)
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
