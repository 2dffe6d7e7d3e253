import { ExchangeRefusal } from '../exchange-refusal.js'

/**
 * An Action's `rejectInvalidSubjectToken`: 400 `invalid_request`, and one attempt less for the address
 * that it came from.
 */
export class InvalidSubjectToken extends ExchangeRefusal {
  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(400, 'invalid_request', reason)
    this.name = 'InvalidSubjectToken'
    this.cause = options.cause
  }
}
