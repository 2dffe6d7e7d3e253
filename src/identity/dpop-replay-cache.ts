import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { LRUCache } from 'lru-cache'
import { OnBehalfOfError } from '../failures/errors.js'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Store } from '../store/store.js'
import { ProofError, refuseProof } from './dpop-proof.js'

/** Longer than the window in which the verifier accepts a proof's `iat` (300 s back, 30 s ahead). */
const REMEMBERED_MS = 340_000

/** Where used proofs are remembered. */
export interface DpopReplayOptions {
  /** In this process. Default 100000. Once it is full, the oldest is forgotten. */
  readonly maxEntries?: number | undefined
  /** Shared by all instances: a proof counts once in all of them. Default: in each instance by itself. */
  readonly store?: Pick<Store, 'set'> | undefined
  /**
   * What holds while the store cannot be had. `refuse`: no request with a proof is let in. `local`: each instance remembers its own,
   * so that a stolen proof counts once in each. Default `refuse`.
   */
  readonly outage?: 'refuse' | 'local' | undefined
}

/** The schema of `DpopReplayOptions`. */
export const DPOP_REPLAY_OPTION = optionsSchema<DpopReplayOptions>({
  maxEntries: optionValues.count.optional(),
  store: optionValues.withFunctions('a Store', 'set').optional(),
  outage: optionValues.oneOf('refuse', 'local').optional(),
})

/** Refuses a DPoP proof that has been used before (RFC 9449 §11.1), for as long as the verifier would accept it. */
export class DpopReplayCache {
  readonly #maxEntries: number
  /** Made with the first proof: by `max`, it takes the memory for all of its entries at once. */
  #seen: LRUCache<string, true> | undefined
  readonly #store: DpopReplayOptions['store']
  readonly #outage: 'refuse' | 'local'

  constructor({ maxEntries = 100_000, store, outage = 'refuse' }: DpopReplayOptions = {}) {
    this.#maxEntries = maxEntries
    this.#store = store
    this.#outage = outage
  }

  /**
   * Takes note of a verified proof. Rejects with `malformed_credentials` the second time, and for one without an id; with
   * `verifier_unavailable` where the store does not say whether it is the first.
   */
  async assertUnused(proof: string, keyThumbprint: unknown): Promise<void> {
    const { jti }: Readonly<Record<string, unknown>> = decodeJwt(proof)
    if (typeof jti !== 'string' || jti === '')
      throw refuseProof(new ProofError('jti has to be text'))
    const key = createHash('sha256')
      .update(JSON.stringify([keyThumbprint, jti]))
      .digest('hex')
    const seen = (this.#seen ??= new LRUCache({ max: this.#maxEntries, ttl: REMEMBERED_MS }))
    if (seen.has(key)) throw replayed()
    seen.set(key, true)
    if (!(await this.#isFirst(key))) throw replayed()
  }

  async #isFirst(key: string): Promise<boolean> {
    if (this.#store === undefined) return true
    try {
      const options = { ttlMs: REMEMBERED_MS, onlyIfAbsent: true }
      return await this.#store.set(`p:${key}`, new Uint8Array(), options)
    } catch (error) {
      if (this.#outage === 'local') return true
      const reason = 'proofs_unavailable'
      throw new OnBehalfOfError('verifier_unavailable', { reason, cause: error })
    }
  }
}

function replayed(): OnBehalfOfError {
  return new OnBehalfOfError('malformed_credentials', {
    reason: 'proof_replayed',
    description: 'The DPoP proof has been used before. Make a fresh one for every request.',
  })
}
