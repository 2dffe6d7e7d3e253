import { compactVerify, type JSONWebKeySet, type JWK } from 'jose'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Secret } from '../secret.js'
import { declaredAlgorithmsOf, SIGNING_ALGORITHMS } from './signing-algorithms.js'
import type { UnverifiedToken } from './unverified-token.js'

/** Bounds the signatures that one token without a key id can have us calculate. */
const MAX_CANDIDATES = 32

/**
 * The keys with which a token may have been signed: those of its key id, or all where it names none, which verify
 * its algorithm. Several may have one key id (RFC 7517 §4.5).
 *
 * Throws `invalid_token` where there is none: `key_unknown`, or `algorithm` with a text that names the accepted ones.
 */
export function candidateKeys(keySet: JSONWebKeySet, token: UnverifiedToken): readonly JWK[] {
  const { keyId, algorithm = 'none' } = token
  const named = keyId === undefined ? keySet.keys : keySet.keys.filter(({ kid }) => kid === keyId)
  const candidates = named.filter((key) => declaredAlgorithmsOf(key).includes(algorithm))
  if (candidates.length > 0) return candidates.slice(0, MAX_CANDIDATES)
  if (named.length === 0 && SIGNING_ALGORITHMS.includes(algorithm)) {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'key_unknown',
      description: 'The token names a key (kid) that its issuer does not publish.',
    })
  }
  throw wrongAlgorithm(algorithm, named.length === 0 ? keySet.keys : named)
}

/** Whether a key of the set has signed a token, whichever key id it names. */
export async function isSignedByOneOf(
  keySet: JSONWebKeySet,
  token: Secret,
  algorithm: string,
): Promise<boolean> {
  const candidates = keySet.keys.filter((key) => declaredAlgorithmsOf(key).includes(algorithm))
  for (const key of candidates.slice(0, MAX_CANDIDATES)) {
    if (await signatureFits(token, key, algorithm)) return true
  }
  return false
}

/** Whether the signature of a JWT is that of a key. Looks at nothing else. */
export async function signatureFits(token: Secret, key: JWK, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token.reveal(), key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

function wrongAlgorithm(received: string, keys: readonly JWK[]): OnBehalfOfError {
  const accepted = [...new Set(keys.flatMap(declaredAlgorithmsOf))]
  // What does not look like an algorithm is not repeated.
  const name = /^[A-Za-z0-9-]{1,16}$/.test(received) ? received : 'an unknown algorithm'
  return new OnBehalfOfError('invalid_token', {
    reason: 'algorithm',
    description: `The token is signed with ${name}. Its issuer's keys are for ${accepted.join(', ')}, and others are not accepted.`,
    log: { receivedAlgorithm: name, acceptedAlgorithms: accepted },
  })
}
