import { OnBehalfOfError } from '../failures/errors.js'
import { claimOf, type Claims } from './claims.js'
import { otherKindOf } from './token-kind.js'
import type { UnverifiedToken } from './unverified-token.js'

/**
 * Throws `invalid_token` for a token that is bound to its sender and was sent as a plain bearer token.
 *
 * A certificate binding always counts as that: client certificates are not checked here.
 */
export function assertProofOfBinding(claims: Claims, scheme: 'bearer' | 'dpop'): void {
  if (claimOf(claims, 'cnf') !== undefined && scheme === 'bearer') {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'bound_token_as_bearer',
      description: 'The token is bound to its sender and cannot be used as a plain bearer token.',
    })
  }
}

/** Throws `invalid_token` for a JWT that says it is something else than an access token, in its header or its claims. */
export function assertAccessTokenType({ type, claims }: UnverifiedToken): void {
  const mark = otherKindOf({ type, claims })
  if (mark === undefined) return
  throw new OnBehalfOfError('invalid_token', {
    reason: 'wrong_type',
    description:
      'The token is a JWT of another kind, not an access token. (An ID token is for the client that signed the user in.)',
    log: { mark },
  })
}
