import { z } from 'zod'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { SharedCounts } from '../store/shared-state.js'
import type { Clock } from '../time/clock.js'
import { UserPlaces, type Places } from './user-places.js'
import type { Overdraft } from './user-window.js'
import { createWindow, whenCounted, type Window } from './window.js'

/** How much one user may call one tool, through all clients together. */
export interface ToolLimit {
  /** Calls a minute. Default 0: no limit. */
  readonly callsPerMinute?: number | undefined
  /** Calls under way at a time. Default 0: no limit. */
  readonly callsAtOnce?: number | undefined
}

/** Limits by the names of tools; `*` stands for each declared tool that has no entry. */
export type ToolLimits = Readonly<Record<string, ToolLimit>>

export const TOOL_LIMITS_OPTION = z.record(
  z.string(),
  optionsSchema<ToolLimit>({
    callsPerMinute: optionValues.whole.optional(),
    callsAtOnce: optionValues.whole.optional(),
  }),
  'must be limits by the names of tools: { export: { callsPerMinute: 5, callsAtOnce: 1 } }',
)

/** What becomes of the calls of one tool in a request: they have places, or are refused. */
export type ToolAdmission =
  | { readonly places: Places | undefined }
  | {
      readonly refusedBy: 'calls_per_minute' | 'calls_at_once'
      readonly limit: number
      readonly retryAfterSeconds: number
      /** Whether this user was refused before in the same minute. */
      readonly repeated: boolean
    }

/** Which calls are counted, and by whom. */
export interface ToolCallCountOptions extends ToolLimit {
  readonly tool: string
  /** Counts calls a minute in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

/** Counts the calls of one tool, of each user apart. Calls at a time count in this process alone. */
export class ToolCallCount {
  readonly #tool: string
  readonly #perMinute: number
  readonly #atOnce: number
  readonly #window: Window | undefined
  readonly #places: UserPlaces

  constructor({ tool, callsPerMinute = 0, callsAtOnce = 0, ...more }: ToolCallCountOptions) {
    this.#tool = tool
    this.#perMinute = callsPerMinute
    this.#atOnce = callsAtOnce
    this.#window = createWindow({ ...more, limit: callsPerMinute, name: 'tool' })
    this.#places = new UserPlaces(callsAtOnce)
  }

  /** Lets all of the calls in, or none. A promise where a store has to be asked. */
  admit(user: string, calls: number): ToolAdmission | Promise<ToolAdmission> {
    const places = this.#atOnce === 0 ? undefined : this.#enter(user, calls)
    if (this.#atOnce > 0 && places === undefined) {
      const refused = { refusedBy: 'calls_at_once', limit: this.#atOnce } as const
      return { ...refused, retryAfterSeconds: 1, repeated: false }
    }
    const counted = this.#window?.take(`${this.#tool}\n${user}`, calls)
    return whenCounted(counted, (overdraft) => this.#admission(places, overdraft))
  }

  #admission(places: Places | undefined, overdraft: Overdraft | undefined): ToolAdmission {
    if (overdraft === undefined) return { places }
    places?.release()
    return { refusedBy: 'calls_per_minute', limit: this.#perMinute, ...overdraft }
  }

  #enter(user: string, calls: number): Places | undefined {
    const places = this.#places.enter(user)
    if (places === undefined || calls === 1 || places.take(calls - 1)) return places
    places.release()
    return undefined
  }
}
