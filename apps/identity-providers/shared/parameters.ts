import { OAuthRefusal } from './oauth-refusal.js'

/** The parameters of an OAuth request. An empty one counts as absent (RFC 6749 §3.1). */
export class Parameters {
  readonly #values: URLSearchParams

  constructor(values: URLSearchParams) {
    this.#values = values
  }

  /** The value; throws an `OAuthRefusal` for a parameter that is there twice. */
  optional(name: string): string | undefined {
    const values = this.all(name)
    if (values.length > 1) {
      throw new OAuthRefusal({
        error: 'invalid_request',
        description: `duplicated parameter: ${name}`,
        reason: 'parameter_malformed',
      })
    }
    return values[0]
  }

  required(name: string): string {
    const value = this.optional(name)
    if (value !== undefined) return value
    throw new OAuthRefusal({
      error: 'invalid_request',
      description: `Missing parameter: ${name}`,
      reason: 'parameter_missing',
    })
  }

  all(name: string): readonly string[] {
    return this.#values.getAll(name).filter((value) => value !== '')
  }

  /** The space-separated names of `scope`, each once. */
  get scopes(): readonly string[] {
    const words = (this.optional('scope') ?? '').split(' ').filter((word) => word !== '')
    return [...new Set(words)]
  }
}
