import type { Heard, RedisCommands } from './redis-commands.js'

type Argument = string | Uint8Array

interface Subscriber {
  on(event: string, listener: (error: unknown) => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  destroy(): unknown
}

/**
 * A client of the package `redis` (5 or 6): what `createClient`, `createCluster` or `createSentinel` returns, as far as it is used
 * here.
 */
export interface NodeRedisClient extends Subscriber {
  readonly isOpen: boolean
  duplicate(): NodeRedisClient
  withTypeMapping(mapping: Readonly<Record<number, unknown>>): {
    sendCommand(...args: readonly unknown[]): Promise<unknown>
  }
}

/** Which arguments `sendCommand` takes, of the three kinds of clients. */
type SendArguments = (args: readonly Argument[], keys: readonly string[]) => readonly unknown[]

const BLOB_STRING = 36

/** Where an answer of the server is an error, by the classes of the package. */
const SERVER_ERRORS = new Set(['ErrorReply', 'SimpleError', 'BlobError'])

/** The commands of a client of the package `redis`. */
export class NodeRedisCommands implements RedisCommands {
  readonly #client: NodeRedisClient
  readonly #typed: ReturnType<NodeRedisClient['withTypeMapping']>
  readonly #sendArguments: SendArguments
  readonly #heard = new Map<string, Heard>()
  #subscriber: Subscriber | undefined

  constructor(client: NodeRedisClient) {
    this.#client = client
    this.#typed = client.withTypeMapping({ [BLOB_STRING]: Buffer })
    this.#sendArguments = sendArgumentsOf(client)
    // Without a listener, the package ends the process. What fails is told by the commands.
    client.on('error', () => undefined)
  }

  connect(): Promise<unknown> {
    return this.#client.isOpen ? Promise.resolve() : this.#client.connect()
  }

  send(args: readonly Argument[], keys: readonly string[]): Promise<unknown> {
    const sent = args.map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg)))
    return this.#typed.sendCommand(...this.#sendArguments(sent, keys))
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
    return error instanceof Error && SERVER_ERRORS.has(error.constructor.name)
  }

  close(): Promise<void> {
    this.#heard.clear()
    this.#subscriber?.destroy()
    if (this.#client.isOpen) this.#client.destroy()
    return Promise.resolve()
  }

  #newSubscriber(): Subscriber {
    const subscriber = this.#client.duplicate()
    subscriber.on('error', () => undefined)
    subscriber.on('ready', () => {
      for (const channel of this.#heard.keys()) void this.#subscribe(subscriber, channel)
    })
    subscriber.connect().catch(() => undefined)
    return subscriber
  }

  /** Where the connection is not there, it is done when it is. Doing it again does nothing, for the same function. */
  async #subscribe(subscriber: Subscriber, channel: string): Promise<void> {
    const heard = this.#heard.get(channel)
    if (heard === undefined) return
    try {
      await subscriber.subscribe(channel, heard.message)
    } catch {
      return
    }
    heard.stands()
  }
}

function sendArgumentsOf(client: object): SendArguments {
  if ('getSentinelNode' in client) return (args) => [false, args]
  if ('slots' in client) return (args, [first]) => [first, false, args]
  return (args) => [args]
}
