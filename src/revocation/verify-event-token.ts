import { errors, jwtVerify, type JWK } from 'jose'
import { OnBehalfOfError } from '../failures/errors.js'
import { candidateKeys, isSignedByOneOf } from '../identity/candidate-keys.js'
import { textOf, type Claims } from '../identity/claims.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { declaredAlgorithmsOf, SIGNING_ALGORITHMS } from '../identity/signing-algorithms.js'
import { readUnverified, type UnverifiedToken } from '../identity/unverified-token.js'
import { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import { EventRefusedError, type EventFault } from './event-fault.js'

/** Whose tokens are accepted, and for whom they have to be. */
export interface EventTokenExpectations {
  readonly issuers: readonly Issuer[]
  /** The token has to name one of them. */
  readonly audiences: readonly string[]
  /** Of the header, in small letters and without `application/`; `undefined` in it: there may be none. */
  readonly types: readonly (string | undefined)[]
  readonly needsExpiry: boolean
  readonly clock: Clock
  readonly clockToleranceSeconds: number
}

/** A token that was verified. */
export interface EventToken {
  readonly claims: Claims
  readonly issuer: string
  readonly id: string
  /** Epoch seconds. */
  readonly issuedAtSeconds: number
}

/**
 * Verifies a JWT about an event: `typ`, signature by a key of the issuer and an asymmetric algorithm, `iss`, `aud`, `exp`, `nbf`, `iat`,
 * which is not in the future, and that there is a `jti`.
 *
 * Rejects with an `EventRefusedError`, or with `verifier_unavailable` where the keys cannot be had. Does not look at `events`, and not
 * whether the token came before.
 */
export async function verifyEventToken(
  text: string,
  expected: EventTokenExpectations,
): Promise<EventToken> {
  const token = new Secret(text)
  const unverified = unverifiedOf(token)
  const type = unverified.type?.toLowerCase().replace(/^application\//, '')
  if (!expected.types.includes(type)) throw new EventRefusedError('type')
  if (!SIGNING_ALGORITHMS.includes(unverified.algorithm ?? '')) {
    throw new EventRefusedError('algorithm')
  }
  const issuer = expected.issuers.find((one) => one.issuer === unverified.issuer)
  if (issuer === undefined) throw new EventRefusedError('issuer')
  const keys = await keysFor(token, unverified, issuer)
  return readEvent(await verified(text, keys, { ...expected, issuer }), issuer, expected)
}

function unverifiedOf(token: Secret): UnverifiedToken {
  try {
    return readUnverified(token)
  } catch (cause) {
    throw new EventRefusedError('malformed', cause)
  }
}

/** A key id that is not known is worth a fetch, unless a known key has signed all the same. */
async function keysFor(
  token: Secret,
  unverified: UnverifiedToken,
  issuer: Issuer,
): Promise<readonly JWK[]> {
  const { keyId, algorithm = '', claims } = unverified
  const atHand = await issuer.keys(undefined)
  const isKnown = keyId === undefined || atHand.keys.some(({ kid }) => kid === keyId)
  const enough = isKnown || (await isSignedByOneOf(atHand, token, algorithm))
  const keySet = enough ? atHand : await issuer.keys(keyId, { issuedAtSeconds: claims['iat'] })
  try {
    return candidateKeys(keySet, unverified)
  } catch (error) {
    const isAlgorithm = error instanceof OnBehalfOfError && error.details.reason === 'algorithm'
    throw new EventRefusedError(isAlgorithm ? 'algorithm' : 'signature', error)
  }
}

async function verified(
  text: string,
  keys: readonly JWK[],
  { issuer, audiences, needsExpiry, ...expected }: EventTokenExpectations & { issuer: Issuer },
): Promise<Claims> {
  let failure: unknown
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(text, key, {
        issuer: issuer.issuer,
        audience: [...audiences],
        algorithms: [...declaredAlgorithmsOf(key)],
        requiredClaims: ['iss', 'aud', 'iat', ...(needsExpiry ? ['exp'] : [])],
        clockTolerance: expected.clockToleranceSeconds,
        currentDate: new Date(expected.clock()),
      })
      return payload
    } catch (error) {
      failure = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw new EventRefusedError(faultOf(failure), failure)
}

function faultOf(error: unknown): EventFault {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'aud' ? 'audience' : error.claim === 'iss' ? 'issuer' : 'time'
  }
  return error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed'
}

function readEvent(
  claims: Claims,
  { issuer }: Issuer,
  { clock, clockToleranceSeconds }: EventTokenExpectations,
): EventToken {
  const { iat } = claims
  const latest = clock() / 1_000 + clockToleranceSeconds
  if (typeof iat !== 'number' || !(iat <= latest)) throw new EventRefusedError('time')
  const id = textOf(claims['jti'])
  if (id === undefined) throw new EventRefusedError('id')
  return { claims, issuer, id, issuedAtSeconds: iat }
}
