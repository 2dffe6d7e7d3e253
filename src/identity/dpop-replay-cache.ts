import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { LRUCache } from 'lru-cache'
import { OnBehalfOfError } from '../failures/errors.js'
import { ProofError, refuseProof } from './dpop-proof.js'

/** Longer than the window in which the verifier accepts a proof's `iat` (300 s back, 30 s ahead). */
const REMEMBERED_MS = 340_000

/**
 * Refuses a DPoP proof that has been used before (RFC 9449 §11.1).
 *
 * Remembers at most `maxEntries` proofs of this process, for as long as the verifier would accept them. Once
 * it is full, the oldest is forgotten.
 */
export class DpopReplayCache {
  readonly #seen: LRUCache<string, true>

  constructor(maxEntries = 100_000) {
    this.#seen = new LRUCache({ max: maxEntries, ttl: REMEMBERED_MS })
  }

  /** Takes note of a verified proof; throws `malformed_credentials` the second time, and for one without an id. */
  assertUnused(proof: string, keyThumbprint: unknown): void {
    const { jti }: Readonly<Record<string, unknown>> = decodeJwt(proof)
    if (typeof jti !== 'string' || jti === '')
      throw refuseProof(new ProofError('jti has to be text'))
    const key = createHash('sha256')
      .update(JSON.stringify([keyThumbprint, jti]))
      .digest('hex')
    if (this.#seen.has(key)) {
      throw new OnBehalfOfError('malformed_credentials', {
        reason: 'proof_replayed',
        description: 'The DPoP proof has been used before. Make a fresh one for every request.',
      })
    }
    this.#seen.set(key, true)
  }
}
