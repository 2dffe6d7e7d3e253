import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { DpopReplayCache, type DpopReplayOptions } from '../../../src/identity/dpop-replay-cache.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'

const KEY = { jkt: 'thumbprint' }
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const proofOf = (jti: unknown, signature = 'AAAA'): string =>
  [encoded({ alg: 'ES256' }), encoded({ jti }), signature].join('.')

/** The reason of the refusal; `undefined` for none. */
async function reasonOf(
  cache: DpopReplayCache,
  proof: string,
  key: unknown = KEY,
): Promise<unknown> {
  try {
    await cache.assertUnused(proof, key)
    return undefined
  } catch (error) {
    return error instanceof OnBehalfOfError ? error.details.reason : error
  }
}

describe('a DPoP proof that was seen', () => {
  test('[S16.1] a DPoP proof that was seen is refused by its id, also under another signature', async () => {
    const cache = new DpopReplayCache()
    expect(await reasonOf(cache, proofOf('1'))).toBeUndefined()
    expect(await reasonOf(cache, proofOf('1'))).toBe('proof_replayed')
    expect(await reasonOf(cache, proofOf('1', 'BBBB'))).toBe('proof_replayed')
    expect(await reasonOf(cache, proofOf('2'))).toBeUndefined()
  })

  test('a DPoP proof that was seen is no proof of another key: ids of two clients may be the same', async () => {
    const cache = new DpopReplayCache()
    expect(await reasonOf(cache, proofOf('1'))).toBeUndefined()
    expect(await reasonOf(cache, proofOf('1'), { jkt: 'other' })).toBeUndefined()
  })

  test('a DPoP proof that was seen is forgotten once as many newer ones have been seen as are kept', async () => {
    const cache = new DpopReplayCache({ maxEntries: 2 })
    for (const jti of ['1', '2', '3', '1']) {
      expect(await reasonOf(cache, proofOf(jti))).toBeUndefined()
    }
    expect(await reasonOf(cache, proofOf('3'))).toBe('proof_replayed')
  })

  test.each([undefined, '', 5, null, ['1'], { id: '1' }])(
    '[S16.8] a DPoP proof that could not be known again, by its id %j, is refused the first time',
    async (jti) => {
      expect(await reasonOf(new DpopReplayCache(), proofOf(jti))).toBe('proof_refused')
    },
  )
})

describe('a DPoP proof that several instances know of', () => {
  const instances = (more: DpopReplayOptions = {}) => {
    const store = createMemoryStore()
    const cache = () => new DpopReplayCache({ store, ...more })
    return { store, one: cache(), two: cache() }
  }

  test('counts once in all of them, also at the same moment', async () => {
    const { one, two } = instances()
    const reasons = await Promise.all(
      [one, two, one, two].map((cache) => reasonOf(cache, proofOf('1'))),
    )
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1)
    expect(reasons.filter((reason) => reason === 'proof_replayed')).toHaveLength(3)
  })

  test('is refused while the store does not say whether it is the first', async () => {
    const { store, one } = instances()
    await store.close()
    expect(await reasonOf(one, proofOf('1'))).toBe('proofs_unavailable')
  })

  test('counts once in each of them while the store is away, where that is wanted', async () => {
    const { store, one, two } = instances({ outage: 'local' })
    await store.close()
    expect(await reasonOf(one, proofOf('1'))).toBeUndefined()
    expect(await reasonOf(one, proofOf('1'))).toBe('proof_replayed')
    expect(await reasonOf(two, proofOf('1'))).toBeUndefined()
  })
})
