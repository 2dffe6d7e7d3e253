import type { JSONWebKeySet, JWK } from 'jose'
import { OnBehalfOfError } from '../errors.js'
import { algorithmsOf, SIGNING_ALGORITHMS } from './signing-algorithms.js'
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
  const candidates = named.filter((key) => algorithmsOf(key).includes(algorithm))
  if (candidates.length > 0) return candidates.slice(0, MAX_CANDIDATES)
  if (named.length === 0 && SIGNING_ALGORITHMS.includes(algorithm)) {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'key_unknown',
      description: 'The token names a key (kid) that its issuer does not publish.',
    })
  }
  throw wrongAlgorithm(algorithm, named.length === 0 ? keySet.keys : named)
}

function wrongAlgorithm(received: string, keys: readonly JWK[]): OnBehalfOfError {
  const accepted = [...new Set(keys.flatMap(algorithmsOf))]
  // What does not look like an algorithm is not repeated.
  const name = /^[A-Za-z0-9-]{1,16}$/.test(received) ? received : 'an unknown algorithm'
  return new OnBehalfOfError('invalid_token', {
    reason: 'algorithm',
    description: `The token is signed with ${name}. Its issuer's keys are for ${accepted.join(', ')}, and others are not accepted.`,
    log: { receivedAlgorithm: name, acceptedAlgorithms: accepted },
  })
}
