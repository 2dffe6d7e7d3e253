import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/**
 * Holds a token, key or password so that printing, logging or serialising it shows `[redacted]`.
 *
 * The value is reachable by `reveal()` alone; call it only where the value goes on the wire or into
 * a cryptographic function. Does not wipe memory.
 *
 * @category Start here
 * @example
 * const secret = new Secret('client-secret')
 * console.log(`${secret}`, JSON.stringify({ secret })) // [redacted] {"secret":"[redacted]"}
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the bare value. */
  reveal(): string {
    return this.#value
  }

  /** `[redacted]`. */
  toString(): string {
    return REDACTED
  }

  /** `[redacted]`. */
  toJSON(): string {
    return REDACTED
  }

  /** `[redacted]`. */
  [inspect.custom](): string {
    return REDACTED
  }
}
