import type { ResourceServerEntry } from '../directory.js'
import type { Behaviors } from '../behaviors.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** Why a post-login Action denies, in `Behaviors.postLoginAction`. */
const DENIAL = 'Denied by a post-login Action'

/**
 * Passes when users need not be asked: in an exchange there is nobody to ask.
 *
 * Throws `ExchangeRefusal` (403 `consent_required`).
 */
export function requireSkippedConsent(
  api: ResourceServerEntry,
  { consent }: Pick<Behaviors, 'consent'>,
): void {
  if (consent === 'as_configured' && api.skip_consent_for_verifiable_first_party_clients) return
  throw new ExchangeRefusal(
    403,
    'consent_required',
    `Consent required: set skip_consent_for_verifiable_first_party_clients of ${api.identifier}`,
  )
}

/**
 * Passes unless a second factor is wanted, which nobody could give in an exchange.
 *
 * `hasActorToken`: the request has an `actor_token`, with which Auth0 offers no second factor.
 * Throws `ExchangeRefusal` (403 `mfa_required`); 400 `invalid_request` with an actor token.
 */
export function requireNoSecondFactor(
  { mfa }: Pick<Behaviors, 'mfa'>,
  hasActorToken: boolean,
): void {
  if (mfa === 'not_required') return
  if (!hasActorToken) {
    throw new ExchangeRefusal(403, 'mfa_required', 'Multifactor authentication required')
  }
  throw new ExchangeRefusal(
    400,
    'invalid_request',
    'MFA is not supported using actor_token with the requested token exchange profile.',
  )
}

/**
 * Passes unless a post-login Action denies.
 *
 * Throws `ExchangeRefusal` (401 or 403 `access_denied`). With 401 it looks as a wrong secret does.
 */
export function runPostLoginAction({ postLoginAction }: Pick<Behaviors, 'postLoginAction'>): void {
  switch (postLoginAction) {
    case 'passes':
      return
    case 'denies_with_401':
      throw new ExchangeRefusal(401, 'access_denied', DENIAL)
    case 'denies_with_403':
      throw new ExchangeRefusal(403, 'access_denied', DENIAL)
  }
}
