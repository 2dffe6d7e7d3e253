import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose'
import type { Claims } from '../identity/claims.js'
import { fittingKey } from '../identity/fitting-key.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { SIGNING_ALGORITHMS } from '../identity/signing-algorithms.js'
import type { Clock } from '../time/clock.js'

/** What an ID token has to be for. */
export interface IdTokenExpectations {
  readonly issuer: Issuer
  readonly clientId: string
  readonly nonce: string
  readonly clock: Clock
  readonly clockToleranceSeconds: number
}

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7): signature by a key of the issuer and an asymmetric algorithm, `iss`, `aud`,
 * `azp`, `exp`, `nbf`, `iat`, `nonce`, and that it names a subject.
 *
 * Rejects with an error of `jose`, with a `TypeError` that says what else is wrong, or with `verifier_unavailable` where the keys
 * cannot be had. Does not look at `auth_time`, `acr` and `at_hash`.
 */
export async function verifyIdToken(token: string, expected: IdTokenExpectations): Promise<Claims> {
  const { issuer, clientId, clock, clockToleranceSeconds } = expected
  const keys = await issuer.keys(decodeProtectedHeader(token).kid)
  const { payload } = await jwtVerify(token, fittingKey(keys, issuer), {
    issuer: issuer.issuer,
    audience: clientId,
    algorithms: [...SIGNING_ALGORITHMS],
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(clock()),
  })
  assertForUs(payload, expected)
  return payload
}

function assertForUs(payload: JWTPayload, { clientId, nonce }: IdTokenExpectations): void {
  const { sub, aud, azp, nonce: received } = payload as JWTPayload & { readonly azp?: unknown }
  if (received !== nonce) throw new TypeError('the nonce is of another sign-in')
  if (typeof sub !== 'string' || sub === '') throw new TypeError('the ID token names nobody')
  const isForOthers = Array.isArray(aud) && aud.some((audience) => audience !== clientId)
  if (azp === clientId || (azp === undefined && !isForOthers)) return
  throw new TypeError('the ID token was issued to another client')
}
