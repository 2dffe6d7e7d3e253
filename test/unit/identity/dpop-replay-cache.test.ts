import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { DpopReplayCache } from '../../../src/identity/dpop-replay-cache.js'

const KEY = { jkt: 'thumbprint' }
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const proofOf = (jti: unknown, signature = 'AAAA'): string =>
  [encoded({ alg: 'ES256' }), encoded({ jti }), signature].join('.')

/** The reason of the refusal; `undefined` for none. */
function reasonOf(cache: DpopReplayCache, proof: string, key: unknown = KEY): unknown {
  try {
    cache.assertUnused(proof, key)
    return undefined
  } catch (error) {
    return error instanceof OnBehalfOfError ? error.details.reason : error
  }
}

describe('a DPoP proof that was seen', () => {
  test('[S16.1] a DPoP proof that was seen is refused by its id, also under another signature', () => {
    const cache = new DpopReplayCache()
    expect(reasonOf(cache, proofOf('1'))).toBeUndefined()
    expect(reasonOf(cache, proofOf('1'))).toBe('proof_replayed')
    expect(reasonOf(cache, proofOf('1', 'BBBB'))).toBe('proof_replayed')
    expect(reasonOf(cache, proofOf('2'))).toBeUndefined()
  })

  test('a DPoP proof that was seen is no proof of another key: ids of two clients may be the same', () => {
    const cache = new DpopReplayCache()
    expect(reasonOf(cache, proofOf('1'))).toBeUndefined()
    expect(reasonOf(cache, proofOf('1'), { jkt: 'other' })).toBeUndefined()
  })

  test('a DPoP proof that was seen is forgotten once as many newer ones have been seen as are kept', () => {
    const cache = new DpopReplayCache(2)
    for (const jti of ['1', '2', '3', '1']) {
      expect(reasonOf(cache, proofOf(jti))).toBeUndefined()
    }
    expect(reasonOf(cache, proofOf('3'))).toBe('proof_replayed')
  })

  test.each([undefined, '', 5, null, ['1'], { id: '1' }])(
    '[S16.8] a DPoP proof that could not be known again, by its id %j, is refused the first time',
    (jti) => {
      expect(reasonOf(new DpopReplayCache(), proofOf(jti))).toBe('proof_refused')
    },
  )
})
