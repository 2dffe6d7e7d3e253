import { OnBehalfOfError } from '../errors.js'
import { claimOf, type Claims } from './claims.js'
import type { UnverifiedToken } from './unverified-token.js'

// RFC 9068 §2.1 and Auth0's older dialect. Anything else (logout tokens, DPoP proofs) is no access token.
const ACCESS_TOKEN_TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt'])

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

/** Throws `invalid_token` for a JWT that says it is something else than an access token. */
export function assertAccessTokenType(token: UnverifiedToken): void {
  if (token.type !== undefined && !ACCESS_TOKEN_TYPES.has(token.type.toLowerCase())) {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'wrong_type',
      description: 'The token is a JWT of another kind, not an access token.',
    })
  }
}
