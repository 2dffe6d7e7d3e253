import { connectUntilOpen, type OpenedClient } from './connect-until-open.js'
import { ConnectionError } from './connection-error.js'
import { HeardChannels, type Subscriber, type SubscriberEvents } from './heard-channels.js'
import { sentArguments, type Argument, type Heard, type RedisCommands } from './redis-commands.js'

/**
 * A client of the package `redis` (5 or 6): what `createClient`, `createCluster` or `createSentinel` returns, as far as it is used
 * here.
 */
export interface NodeRedisClient extends OpenedClient {
  on(event: string, listener: (error: unknown) => void): unknown
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  destroy(): unknown
  duplicate(): NodeRedisClient
  sendCommand(...args: readonly unknown[]): Promise<unknown>
}

/** Which arguments `sendCommand` takes before its options, of the three kinds of clients. */
type SendArguments = (args: readonly Argument[], keys: readonly string[]) => readonly unknown[]

const BLOB_STRING = 36

/** With each command: version 5 takes no notice of what `withTypeMapping` says. */
const BYTES = { typeMapping: { [BLOB_STRING]: Buffer } }

/** Where an answer of the server is an error, by the classes of the package. */
const SERVER_ERRORS = new Set(['ErrorReply', 'SimpleError', 'BlobError'])

/** The commands of a client of the package `redis`. */
export class NodeRedisCommands implements RedisCommands {
  #client: NodeRedisClient
  readonly #sendArguments: SendArguments
  readonly #channels: HeardChannels
  readonly #connectionError = new ConnectionError()
  #stopConnecting: () => void = () => undefined
  #hasAnswered = false

  constructor(client: NodeRedisClient) {
    this.#client = client
    this.#sendArguments = sendArgumentsOf(client)
    this.#connectionError.watch(client)
    this.#channels = new HeardChannels((events) => subscriberOf(this.#client, events))
  }

  connect(): void {
    this.#stopConnecting = connectUntilOpen(this.#client, (error) => {
      this.#connectionError.gaveUp(error)
    })
  }

  async send(args: readonly Argument[], keys: readonly string[]): Promise<unknown> {
    const client = this.#client
    const answer = await client.sendCommand(
      ...this.#sendArguments(sentArguments(args), keys),
      BYTES,
    )
    if (client === this.#client) this.#hasAnswered = true
    return answer
  }

  listen(channel: string, heard: Heard): void {
    this.#channels.listen(channel, heard)
  }

  unlisten(channel: string): void {
    this.#channels.unlisten(channel)
  }

  /**
   * Another client: one that is destroyed while it connects must not connect again before that has ended. That of sentinels cannot be ended as
   * long as it connects for the first time: each other one would leave its connections behind.
   */
  renew(): void {
    if (isSentinel(this.#client) && !this.#hasAnswered) return
    const given = this.#client
    this.#hasAnswered = false
    this.#stopConnecting()
    this.#client = given.duplicate()
    this.#connectionError.watch(this.#client)
    void destroyed(given)
    this.connect()
    this.#channels.renew()
  }

  isServerError(error: unknown): error is Error {
    return error instanceof Error && SERVER_ERRORS.has(error.constructor.name)
  }

  connectionError(): unknown {
    return this.#connectionError.last
  }

  close(): Promise<void> {
    this.#channels.close()
    this.#stopConnecting()
    if (this.#client.isOpen) this.#client.destroy()
    return Promise.resolve()
  }
}

async function destroyed(client: NodeRedisClient): Promise<void> {
  try {
    await client.destroy()
  } catch {
    // It was not open: there is nothing to give up.
  }
}

function subscriberOf(client: NodeRedisClient, events: SubscriberEvents): Subscriber {
  const subscriber = client.duplicate()
  subscriber.on('error', events.failed)
  for (const event of isCluster(client) ? ['connect', 'node-ready'] : ['ready']) {
    subscriber.on(event, events.ready)
  }
  const stopConnecting = connectUntilOpen(subscriber)
  return {
    subscribe: (channel, message) => subscriber.subscribe(channel, message),
    unsubscribe: (channel) => subscriber.unsubscribe(channel),
    close: () => {
      stopConnecting()
      void destroyed(subscriber)
    },
  }
}

function isSentinel(client: object): boolean {
  return 'getSentinelNode' in client
}

/** It never says of itself that it is ready, but that it and its nodes are connected. */
function isCluster(client: object): boolean {
  return 'slots' in client
}

function sendArgumentsOf(client: object): SendArguments {
  if (isSentinel(client)) return (args) => [false, args]
  if (isCluster(client)) return (args, [first]) => [first, false, args]
  return (args) => [args]
}
