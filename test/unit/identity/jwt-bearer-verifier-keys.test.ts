import { beforeAll, beforeEach, afterEach, describe, expect, test, vi } from 'vitest'
import { createDpopKey } from '../../helpers/dpop-key.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { AUDIENCE, openVerifier, under, type Changes } from '../verifier-stand.js'

const NOW = 1_700_000_000

/** RS256 is the library's, ES256 is jose's: both are held to the same. */
describe.each(['RS256', 'ES256'])('the keys for %s tokens', (alg) => {
  let key: SigningKey
  let other: SigningKey
  let third: SigningKey

  beforeAll(async () => {
    const created = [createSigningKey(alg), createSigningKey(alg), createSigningKey(alg)] as const
    ;[key, other, third] = await Promise.all(created)
  })

  beforeEach(() => {
    // The library reads the system's clock.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1_000 })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  describe('whose issuer changes its keys', () => {
    test('[case 16] the verifier fetches the keys for a new key id, and verifies the token', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      expect(await use(key)).toBe('alice')
      publish(key, other)
      expect(await use(other)).toBe('alice')
      expect(await use(key)).toBe('alice')
      expect(fetches()).toBe(2)
    })

    test('[case 16] the verifier fetches the keys once more for a signature that fails: the key may be a new one under the same id', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      expect(await use(key)).toBe('alice')
      const renewed = under(key.kid, other)
      publish(renewed)
      expect(await use(renewed)).toBe('alice')
      expect(fetches()).toBe(2)
      expect(await use(key)).toBe('not_verified')
    })

    test('[case 16] the verifier fetches the keys once more for a token without a key id that none of them has signed', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      const header = { kid: undefined }
      expect(await use(key, { header })).toBe('alice')
      publish(other)
      expect(await use(other, { header })).toBe('alice')
      expect(fetches()).toBe(2)
      expect(await use(key, { header })).toBe('not_verified')
    })

    test('[case 16] the verifier fetches the keys once more for an algorithm that the key under that id does not have', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      expect(await use(key)).toBe('alice')
      const renewed = under(key.kid, await createSigningKey('ES384'))
      publish(renewed)
      expect(await use(renewed)).toBe('alice')
      expect(fetches()).toBe(2)
    })

    test('[S9] the verifier fetches the keys once more for a forged signature, and refuses it all the same', async () => {
      const { use, fetches } = await openVerifier(key)
      expect(await use(under(key.kid, other))).toBe('not_verified')
      expect(fetches()).toBe(2)
    })

    test('[S9] the verifier fetches the keys once for a key id that nobody publishes', async () => {
      const { use, fetches } = await openVerifier(key)
      expect(await use(other)).toBe('key_unknown')
      expect(fetches()).toBe(2)
    })

    test('[S9] the verifier refuses a withdrawn key without a fetch once strangers have used up the look-ups, for the token is older than the keys', async () => {
      const { use, fetches } = await openVerifier(key)
      for (let times = 0; times < 10; times += 1) {
        expect(await use(other, { header: { kid: `guess-${times}` } })).toBe('key_unknown')
      }
      expect(await use(other)).toBe('key_lookups_used_up')
      expect(await use(other, { claims: { iat: NOW - 600 } })).toBe('key_unknown')
      expect(fetches()).toBe(11)
    })
  })

  test.each<[string, Changes, string]>([
    ['that is good', {}, 'alice'],
    ['that has expired', { claims: { exp: NOW - 60 } }, 'expired'],
    ['that is not valid yet', { claims: { nbf: NOW + 60 } }, 'not_yet_valid'],
    ['without expiry', { claims: { exp: undefined } }, 'not_verified'],
    ['for somebody else', { claims: { aud: 'https://else.example/' } }, 'audience_mismatch'],
    ['that is signed by a known key under another id', { header: { kid: 'x' } }, 'key_unknown'],
  ])('[S9] the verifier fetches no other keys for a token %s', async (_what, changes, expected) => {
    const { use, fetches } = await openVerifier(key)
    expect(await use(key, changes)).toBe(expected)
    expect(fetches()).toBe(1)
  })

  test.each(['none', 'HS256', 'XS256'])(
    '[S9] the verifier fetches no other keys for a token of the algorithm %s, which no key could make good',
    async (algorithm) => {
      const { mint, outcome, fetches } = await openVerifier(key)
      const [, claims] = (await mint(key)).split('.')
      for (const kid of [key.kid, 'unknown', undefined]) {
        const header = Buffer.from(JSON.stringify({ alg: algorithm, kid })).toString('base64url')
        expect(await outcome(`${header}.${String(claims)}.AAAA`)).toBe('algorithm')
      }
      expect(fetches()).toBe(1)
    },
  )

  test('[S9] the verifier fetches no other keys for a DPoP proof that is not good', async () => {
    const { mint, outcome, fetches } = await openVerifier(key)
    const client = await createDpopKey()
    const token = await mint(key, { claims: { cnf: { jkt: client.thumbprint } } })
    const request = { method: 'GET', url: AUDIENCE, nowSeconds: NOW }
    const proof = await client.prove(token, request)
    expect(await outcome(token, { scheme: 'dpop', proof })).toBe('proof_refused')
    expect(fetches()).toBe(1)
  })

  describe('whose issuer has several keys under one id', () => {
    test('[S16.4] the verifier tries each key under the id of a token, in whatever order they stand', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      const same = [under('same', key), under('same', other)]
      publish(...same)
      for (const signer of same) expect(await use(signer)).toBe('alice')
      expect(fetches()).toBe(1)
      expect(await use(under('same', third))).toBe('not_verified')
    })

    test('[S16.4] the verifier goes by the key whose signature it is: what else is wrong with the token is said, and no other key is fetched', async () => {
      const { publish, use, fetches } = await openVerifier(key)
      publish(under('same', key), under('same', other))
      const changes = { claims: { cnf: { jkt: 'x' } } }
      expect(await use(under('same', key), changes)).toBe('bound_token_as_bearer')
      expect(await use(under('same', key), { claims: { exp: NOW - 60 } })).toBe('expired')
      expect(fetches()).toBe(1)
    })
  })
})
