import type { z } from 'zod'

/** One setting of the environment: what it means, and how its text becomes a value. */
export interface Setting<T> {
  readonly description: string
  readonly schema: z.ZodType<T, string>
  readonly example: string
  /** Never shown; may come from a file as well. */
  readonly secret?: true | undefined
  /** May come from a file, named by the setting with `_FILE` behind it. */
  readonly file?: true | undefined
  /** Quotes are part of its syntax, not slips. */
  readonly quotes?: true | undefined
  /** Another name under which the same is found; where both are set, it counts. */
  readonly alias?: string | undefined
  /** The text that stands for an absent value. */
  readonly fallback?: string | undefined
  /** What counts in place of an absent value, in words, where no fixed text can say it. For the documentation. */
  readonly absent?: string | undefined
}

/** Names a setting's type; does nothing else. */
export function setting<T>(definition: Setting<T>): Setting<T> {
  return definition
}
