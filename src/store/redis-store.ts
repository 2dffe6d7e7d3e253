import { hash } from 'node:crypto'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { PIPELINE_OBSERVER_OPTION } from '../observability/pipeline-observer-option.js'
import { type PipelineObserver, type StoreUsed } from '../observability/pipeline-observer.js'
import { withDeadline } from '../time/call-deadline.js'
import { backgroundTimers, type Timers } from '../time/clock.js'
import { untilAborted } from '../time/until-aborted.js'
import type { IoRedisClient } from './ioredis-commands.js'
import type { NodeRedisClient } from './node-redis-commands.js'
import type { Argument, RedisCommands } from './redis-commands.js'
import { answerKind } from './redis-answers.js'
import { commandsOf } from './redis-clients.js'
import { anyAnswer, bytesIn, numbersIn, UnusableAnswerError, wasSetIn } from './store-answers.js'
import { StoreHealth } from './store-health.js'
import type { StoreScript } from './store-script.js'
import {
  StoreUnavailableError,
  type Listener,
  type ScriptCall,
  type SetOptions,
  type Store,
  type Unsubscribe,
} from './store.js'

/** How `createRedisStore` uses a Redis or Valkey. */
export interface RedisStoreOptions {
  /**
   * A client of `redis` (`createClient`, `createCluster`, `createSentinel`), `ioredis` or `iovalkey`. Give it no offline queue:
   * `disableOfflineQueue: true`, `enableOfflineQueue: false`. It is closed with the store. After ten seconds without an answer it is closed as well, and a
   * `duplicate()` takes its place: a host that vanishes closes no connections.
   */
  readonly client: NodeRedisClient | IoRedisClient
  /** In front of all keys and channels, so that several deployments can share a store. Default `mcp-obo:`. */
  readonly prefix?: string | undefined
  /** How long one command may take, in milliseconds. Default 150. */
  readonly timeoutMs?: number | undefined
  /** How often a store that cannot be had is asked whether it is back, in milliseconds. Default 1000. */
  readonly probeMs?: number | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  /** Sees what is asked of the store, and whether it can be had. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
  readonly timers?: Timers | undefined
}

const OPTIONS = optionsSchema<RedisStoreOptions>({
  client: optionValues.withFunctions('a client of redis, ioredis or iovalkey', 'on', 'duplicate'),
  prefix: optionValues.text('the beginning of the keys').optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  probeMs: optionValues.milliseconds.optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
  timers: optionValues.withFunctions('timers', 'after').optional(),
})

/** What its commands are for. */
const OPERATIONS: Readonly<Record<string, StoreUsed['operation']>> = {
  GETRANGE: 'get',
  SET: 'set',
  DEL: 'delete',
  PUBLISH: 'publish',
}

/** All others are scripts. */
function operationOf([command = '']: readonly Argument[]): StoreUsed['operation'] {
  return OPERATIONS[String(command)] ?? 'run'
}

/** What a server can refuse by itself: one script may do what another does not. */
function refusableOf(args: readonly Argument[]): string {
  const [command, script = ''] = args
  if (operationOf(args) !== 'run') return operationOf(args)
  return command === 'EVAL' ? hash('sha1', script) : String(script)
}

/** Of a value. Far more than anything that is kept has: who writes a longer one must not have it carried to each instance. */
const MAX_BYTES = 1024 * 1024

/**
 * Creates a store on Redis 6 or newer, or Valkey.
 *
 * The first command that is not answered in time makes the store unavailable: from then on every call rejects at once, and the
 * store is asked in the background whether it is back. So a store that is gone, or stands still, costs `timeoutMs` once. Throws a
 * `TypeError` that names every issue of the options. The client need not be connected.
 *
 * @category Shared state
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  assertOptions('createRedisStore', OPTIONS, options)
  return new RedisStore(options)
}

/** What a command is about, and what its answer means. */
interface Sending<Answer> {
  readonly keys: readonly string[]
  /** Throws for an answer in another form. */
  readonly read: (answer: unknown) => Answer
  /** What to send where the server does not know the script. */
  readonly ifUnknown?: readonly Argument[]
}

class RedisStore implements Store {
  readonly #commands: RedisCommands
  readonly #prefix: string
  readonly #timeoutMs: number
  readonly #health: StoreHealth
  readonly #observer: PipelineObserver | undefined
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor(options: RedisStoreOptions) {
    const { client, log = silentLog, timers = backgroundTimers } = options
    const { prefix = 'mcp-obo:', timeoutMs = 150, probeMs = 1_000 } = options
    this.#commands = commandsOf(client)
    this.#prefix = prefix
    this.#timeoutMs = timeoutMs
    this.#observer = options.observer
    this.#health = new StoreHealth({
      ...{ log, timers, probeMs, observer: options.observer },
      probe: () => this.#probe(),
      probeWrite: () => this.#probeWrite(),
      onBack: () => {
        this.#tellGap()
      },
      onLongGone: () => {
        this.#commands.renew()
      },
    })
    this.#commands.connect()
    this.#health.begin()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const args = ['GETRANGE', this.#key(key), '0', String(MAX_BYTES)]
    const value = await this.#sent(args, { keys: [key], read: bytesIn }).catch((error: unknown) => {
      if (this.#kindOf((error as Error).cause) === 'other_type') return undefined
      throw error
    })
    if (value === undefined || value.length <= MAX_BYTES) return value
    this.#health.refusals.ignored('too_long')
    return undefined
  }

  async set(key: string, value: Uint8Array, options: SetOptions): Promise<boolean> {
    const { ttlMs, onlyIfAbsent } = options
    if (value.length > MAX_BYTES) throw new StoreUnavailableError(TOO_LONG)
    const condition = onlyIfAbsent === true ? ['NX'] : []
    const args = ['SET', this.#key(key), value, 'PX', String(Math.max(1, Math.ceil(ttlMs)))]
    return this.#sent([...args, ...condition], { keys: [key], read: wasSetIn })
  }

  /** One by one: in a cluster they belong to different servers. */
  async delete(...keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map((key) => this.#sent(['DEL', this.#key(key)], { keys: [key], read: anyAnswer })),
    )
  }

  async run({ lua }: StoreScript, { keys, args }: ScriptCall): Promise<readonly number[]> {
    const rest = [String(keys.length), ...keys.map((key) => this.#key(key)), ...args.map(String)]
    const known = ['EVALSHA', hash('sha1', lua), ...rest]
    return this.#sent(known, { keys, read: numbersIn, ifUnknown: ['EVAL', lua, ...rest] })
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#sent(['PUBLISH', this.#key(channel), message], {
      keys: [channel],
      read: anyAnswer,
    })
  }

  subscribe(channel: string, listener: Listener): Unsubscribe {
    const name = this.#key(channel)
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    if (listeners.size === 1) this.#listen(name)
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return
      this.#listeners.delete(name)
      this.#commands.unlisten(name)
    }
  }

  async close(): Promise<void> {
    this.#health.close()
    this.#listeners.clear()
    await this.#commands.close()
  }

  #key(key: string): string {
    return `${this.#prefix}${key}`
  }

  async #sent<Answer>(
    args: readonly Argument[],
    { keys, read, ifUnknown }: Sending<Answer>,
  ): Promise<Answer> {
    if (!this.#health.isAvailable) {
      this.#tell(args, 'skipped')
      throw new StoreUnavailableError('the store cannot be had')
    }
    try {
      const answer = read(await this.#inTime(args, keys))
      this.#tell(args, 'ok')
      this.#health.refusals.accepted(refusableOf(args))
      return answer
    } catch (error) {
      if (ifUnknown !== undefined && this.#knowsNoScript(error)) {
        return this.#sent(ifUnknown, { keys, read })
      }
      this.#tell(args, 'failed')
      this.#failed(args, error)
      throw new StoreUnavailableError('the store has not done it', { cause: error })
    }
  }

  #failed(args: readonly Argument[], error: unknown): void {
    const kind = this.#kindOf(error)
    if (kind === 'other_type') this.#health.refusals.ignored('other_type')
    else if (kind === 'refusal') this.#health.refusals.refused(refusableOf(args), error as Error)
    else this.#health.lost(this.#explained(error))
  }

  /** A command that meets no connection does not say why there is none. */
  #explained(error: unknown): unknown {
    const cause = this.#commands.connectionError()
    if (cause === undefined || this.#commands.isServerError(error)) return error
    return new Error('the store cannot be reached', { cause })
  }

  #tell(args: readonly Argument[], outcome: StoreUsed['outcome']): void {
    this.#observer?.storeUsed?.({ operation: operationOf(args), outcome })
  }

  #inTime(args: readonly Argument[], keys: readonly string[]): Promise<unknown> {
    return withDeadline(this.#timeoutMs, (signal) =>
      untilAborted(
        this.#commands.send(
          args,
          keys.map((key) => this.#key(key)),
        ),
        signal,
        () => new StoreUnavailableError(`the store did not answer within ${this.#timeoutMs} ms`),
      ),
    )
  }

  /** `undefined` where the server has not answered. */
  #kindOf(error: unknown): ReturnType<typeof answerKind> | undefined {
    if (error instanceof UnusableAnswerError) return 'refusal'
    return this.#commands.isServerError(error) ? answerKind(error) : undefined
  }

  #knowsNoScript(error: unknown): boolean {
    return this.#commands.isServerError(error) && error.message.startsWith('NOSCRIPT')
  }

  /** A write: a server that answers and takes nothing is not back. One whose memory is full is. */
  async #probe(): Promise<void> {
    try {
      await this.#probeWrite()
    } catch (error) {
      if (this.#kindOf(error) !== 'refusal') throw this.#explained(error)
    }
  }

  async #probeWrite(): Promise<void> {
    await this.#inTime(['SET', this.#key('probe'), '', 'PX', '1000'], ['probe'])
  }

  #listen(name: string): void {
    this.#commands.listen(name, {
      message: (text) => {
        for (const listener of this.#listeners.get(name) ?? []) listener.message(text)
      },
      stands: () => {
        this.#health.refusals.accepted('subscribe')
        for (const listener of this.#listeners.get(name) ?? []) listener.gap?.()
      },
      failed: (error) => {
        if (this.#kindOf(error) === 'refusal')
          this.#health.refusals.refused('subscribe', error as Error)
      },
    })
  }

  #tellGap(): void {
    for (const listeners of this.#listeners.values()) {
      for (const listener of listeners) listener.gap?.()
    }
  }
}

const TOO_LONG = `a value may have ${MAX_BYTES} bytes at most`
