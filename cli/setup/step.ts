import type { PlannedEntry } from './journal/merge-journal.js'

/** One write, decided on but not made yet. */
export interface Change {
  /** `create the API https://api.example.com/`. */
  readonly summary: string
  /** What exactly changes, one line each. */
  readonly details: readonly string[]
  /** Default: `change`. */
  readonly kind?: 'change' | 'undo' | 'delete' | undefined
  /** Whether something that exists already lets more through afterwards. */
  readonly widens?: boolean | undefined
  /** What the journal has to say before the change is made; empty for changes to what setup has created itself. */
  readonly journal?: readonly PlannedEntry[] | undefined
  perform(): Promise<unknown>
}

export interface Inspection {
  /** Empty where everything is in line. */
  readonly changes: readonly Change[]
  /** What is left as it is, and why that deserves a look. */
  readonly notes?: readonly string[] | undefined
  /** What a removal leaves where it is, and why. */
  readonly left?: readonly string[] | undefined
  /** Another step speaks for the same object, so this one is not worth a line while it has nothing to do. */
  readonly quiet?: boolean | undefined
}

/** One object of the tenant, or the settings file. `inspect` only reads. */
export interface Step {
  readonly name: string
  inspect(): Promise<Inspection>
}

/** One line for a value that changes. */
export function becomes(name: string, before: unknown, after: unknown): string {
  return before === undefined
    ? `${name}: ${JSON.stringify(after)}`
    : `${name}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`
}
