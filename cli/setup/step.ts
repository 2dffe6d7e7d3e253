import type { Secret } from '../../src/secret.js'

/** One write, decided on but not made yet. */
export interface Change {
  /** `create the API https://api.example.com/`. */
  readonly summary: string
  /** What exactly changes, one line each. */
  readonly details: readonly string[]
  /** Whether something that exists already lets more through afterwards. */
  readonly widens?: boolean
  perform(): Promise<unknown>
}

export interface Inspection {
  /** Empty where everything is in line. */
  readonly changes: readonly Change[]
  /** What is left as it is, and why that deserves a look. */
  readonly notes?: readonly string[]
}

/** One object of the tenant, or the settings file. `inspect` only reads. */
export interface Step {
  readonly name: string
  inspect(): Promise<Inspection>
}

/** The exchanging client, as soon as it is known: later steps need it. */
export interface FoundClient {
  current?: {
    readonly clientId: string
    /** Absent where the token may not see it, or where the client has none. */
    readonly secret?: Secret | undefined
  }
}

/** One line for a value that changes. */
export function becomes(name: string, before: unknown, after: unknown): string {
  return before === undefined
    ? `${name}: ${JSON.stringify(after)}`
    : `${name}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`
}
