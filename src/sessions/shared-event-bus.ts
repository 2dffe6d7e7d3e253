import { randomUUID } from 'node:crypto'
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { EntrySeal } from '../store/entry-seal.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { MASTER_KEYS_OPTION, type SharedState } from '../store/shared-state.js'
import { backgroundTimers, type Timers } from '../time/clock.js'
import { EventWindow } from './event-window.js'

/** How `createSharedEventBus` reaches the other instances. */
export interface SharedEventBusOptions extends Pick<SharedState, 'store' | 'keys'> {
  /** Default: none. */
  readonly log?: Logger | undefined
  readonly timers?: Timers | undefined
}

/** A bus that reaches the other instances too. */
export interface SharedEventBus extends ServerEventBus {
  /** Hears and says nothing any more. The store stays open. */
  close(): void
}

const OPTIONS = optionsSchema<SharedEventBusOptions>({
  store: optionValues.withFunctions('a Store', 'publish', 'subscribe'),
  keys: MASTER_KEYS_OPTION,
  log: LOGGER_OPTION.optional(),
  timers: optionValues.withFunctions('timers', 'after').optional(),
})

/**
 * Creates a bus that tells listening clients of all instances that a list or a resource has changed: for `mcpRoute({ bus })`, or the
 * SDK's `createMcpHandler(createServer, { bus })`.
 *
 * Listeners of this process hear of an event soon after `publish`, never within it. Other processes hear its kind and `uri`, without
 * `params`: sealed with the first of `keys`, so nobody else who uses the store can read or send it. Of many events alike within 100 ms,
 * other processes hear one. Whoever may have missed some, because the store was gone, hears once that each list has changed. A bus
 * tells every listener: the SDK passes a `uri` to the clients that asked for that very one, so an address must not be a secret. An
 * address of more than 2,048 characters stays in this process. Throws a `TypeError` that names every issue of the options.
 *
 * @category Shared state
 */
export function createSharedEventBus(options: SharedEventBusOptions): SharedEventBus {
  assertOptions('createSharedEventBus', OPTIONS, options)
  return new StoreEventBus(options)
}

/** The bus of what instances share. */
export function eventBusOf({ store, keys }: SharedState, log: Logger): SharedEventBus {
  return new StoreEventBus({ store, keys, log })
}

const CHANNEL = 'notifications'
const MAX_URI = 2_048
/** In base64: longer than that of the longest address, whatever its characters. */
const MAX_MESSAGE = 24_000
const DROPPED_QUIET_MS = 60_000

const EVENT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tools_list_changed') }),
  z.strictObject({ kind: z.literal('prompts_list_changed') }),
  z.strictObject({ kind: z.literal('resources_list_changed') }),
  z.strictObject({ kind: z.literal('resource_updated'), uri: z.string().max(MAX_URI) }),
])
const MESSAGE = z.strictObject({ from: z.uuid(), event: EVENT })

const ALL_LISTS: readonly ServerEvent[] = [
  { kind: 'tools_list_changed' },
  { kind: 'prompts_list_changed' },
  { kind: 'resources_list_changed' },
]

/** Without what the SDK would pass on beside it. */
function bare(event: ServerEvent): ServerEvent {
  const { kind } = event
  return kind === 'resource_updated' ? { kind, uri: event.uri } : { kind }
}

type Dropped = 'unreadable' | 'too_long' | 'too_many'

class StoreEventBus implements SharedEventBus {
  readonly #id = randomUUID()
  readonly #store: SharedState['store']
  readonly #seal: EntrySeal
  readonly #log: Logger
  readonly #timers: Timers
  readonly #listeners = new Set<(event: ServerEvent) => void>()
  readonly #coming: EventWindow
  readonly #going: EventWindow
  readonly #leave: () => void
  /** Others have missed what was said here. */
  #isUnheard = false
  readonly #quiet = new Set<Dropped>()

  constructor({ store, keys, log = silentLog, timers = backgroundTimers }: SharedEventBusOptions) {
    this.#store = store
    this.#seal = new EntrySeal(keys)
    this.#log = log
    this.#timers = timers
    this.#coming = this.#window((event) => {
      this.#deliver(event)
    })
    this.#going = this.#window((event) => {
      this.#send(event)
    })
    this.#leave = store.subscribe(CHANNEL, {
      message: (text) => {
        this.#hear(text)
      },
      gap: () => {
        this.#catchUp()
      },
    })
  }

  publish(event: ServerEvent): void {
    queueMicrotask(() => {
      this.#deliver(event)
    })
    const parsed = EVENT.safeParse(bare(event))
    if (parsed.success) this.#going.add(parsed.data)
    else this.#drop('too_long')
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  close(): void {
    this.#leave()
    this.#coming.close()
    this.#going.close()
    this.#listeners.clear()
  }

  #window(pass: (event: ServerEvent) => void): EventWindow {
    const onOverflow = (): void => {
      this.#drop('too_many')
    }
    return new EventWindow({ timers: this.#timers, pass, onOverflow })
  }

  /** A listener that throws takes nothing from the others. */
  #deliver(event: ServerEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch {
        continue
      }
    }
  }

  #send(event: ServerEvent): void {
    const text = JSON.stringify({ from: this.#id, event })
    const sealed = this.#seal.seal(text, { key: CHANNEL })
    this.#store.publish(CHANNEL, Buffer.from(sealed).toString('base64')).catch(() => {
      this.#isUnheard = true
    })
  }

  #hear(text: string): void {
    const message = this.#opened(text)
    if (message === undefined) this.#drop('unreadable')
    else if (message.from !== this.#id) this.#coming.add(message.event)
  }

  #opened(text: string): z.infer<typeof MESSAGE> | undefined {
    if (text.length > MAX_MESSAGE) return undefined
    const opened = this.#seal.open(Buffer.from(text, 'base64'), { key: CHANNEL })
    if (opened === undefined) return undefined
    try {
      return MESSAGE.safeParse(JSON.parse(opened)).data
    } catch {
      return undefined
    }
  }

  #catchUp(): void {
    const isUnheard = this.#isUnheard
    this.#isUnheard = false
    for (const event of ALL_LISTS) {
      this.#coming.add(event)
      if (isUnheard) this.#going.add(event)
    }
  }

  #drop(reason: Dropped): void {
    if (this.#quiet.has(reason)) return
    this.#quiet.add(reason)
    this.#timers.after(DROPPED_QUIET_MS, () => {
      this.#quiet.delete(reason)
    })
    logEvent(this.#log, 'warn', { event: 'notification_dropped', reason, hint: HINTS[reason] })
  }
}

const HINTS: Readonly<Record<Dropped, string>> = {
  unreadable:
    'A message of another instance could not be opened. Use the same STORE_KEY in all instances; while a key is replaced, all of them need both.',
  too_long: `The other instances were not told of a resource whose address has more than ${MAX_URI} characters. Use shorter addresses.`,
  too_many:
    'So many resources have changed at once that other instances were told of some as a change of the list of resources.',
}
