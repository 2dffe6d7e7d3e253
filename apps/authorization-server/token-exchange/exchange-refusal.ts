import { errors } from 'oidc-provider'

/**
 * A refusal of a token exchange, with the status and the `error` code that Auth0 is known to use.
 *
 * Auth0 tells by the status what is wrong: 400 the request, 401 the subject token or the client's
 * secret, 403 what the client or the user may do, 429 too many attempts, 500 a failed Action.
 */
export class ExchangeRefusal extends errors.OIDCProviderError {
  constructor(status: 400 | 401 | 403 | 429 | 500, error: string, description: string) {
    super(status, error)
    this.name = 'ExchangeRefusal'
    this.error_description = description
    // The library hides what lies behind a 500; an Action's reason is meant to be read.
    this.expose = true
  }
}
