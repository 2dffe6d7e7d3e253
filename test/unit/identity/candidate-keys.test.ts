import type { JWK } from 'jose'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  candidateKeys,
  isSignedByOneOf,
  signatureFits,
} from '../../../src/identity/candidate-keys.js'
import { Secret } from '../../../src/secret.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { ec, KEY_1, KEY_2 } from '../issuer-stand.js'
import { failureThrownBy } from '../outcomes.js'

const tokenOf = (keyId: string | undefined, algorithm: string | undefined) => ({
  keyId,
  algorithm,
  ...{ type: undefined, issuer: undefined, claims: {} },
})

const candidatesOf = (keys: JWK[], keyId?: string, algorithm = 'ES256'): readonly JWK[] =>
  candidateKeys({ keys }, tokenOf(keyId, algorithm))

/** As many keys as that, with ids of their own. */
const several = (count: number): JWK[] =>
  Array.from({ length: count }, (_, index) => ({ ...KEY_2, kid: `key-${index}` }))

describe('the keys that may have signed a token', () => {
  test('the keys that may have signed a token are those of its key id, in their order', () => {
    const doubled = { ...KEY_2, use: 'sig' }
    expect(candidatesOf([KEY_2, { ...KEY_2, kid: 'other' }, doubled], 'key-2')).toEqual([
      KEY_2,
      doubled,
    ])
  })

  test('the keys that may have signed a token without a key id are all that verify its algorithm', () => {
    const nameless = ec('P-256')
    expect(candidatesOf([KEY_1, KEY_2, nameless])).toEqual([KEY_2, nameless])
    expect(candidatesOf([KEY_1, KEY_2, nameless], undefined, 'RS256')).toEqual([KEY_1])
  })

  test('the keys that may have signed a token are those of its key id and of its algorithm', () => {
    const rsa = { ...KEY_1, kid: 'same' }
    const ec = { ...KEY_2, kid: 'same' }
    expect(candidatesOf([rsa, ec], 'same')).toEqual([ec])
    expect(candidatesOf([rsa, ec], 'same', 'RS256')).toEqual([rsa])
  })

  test('[S9] the keys that may have signed a token are 32 at the most, so that no token costs more signatures', () => {
    const keys = several(40)
    expect(candidatesOf(keys)).toEqual(keys.slice(0, 32))
  })

  test('the keys that may have signed a token are none where nobody publishes its key id', () => {
    for (const keys of [[KEY_1], []]) {
      const { code, details } = failureThrownBy(() => candidatesOf(keys, 'unknown'))
      expect([code, details.reason]).toEqual(['invalid_token', 'key_unknown'])
      expect(details.description).toContain('a key (kid) that its issuer does not publish')
    }
  })

  test.each([
    ['its key id has a key of another algorithm', 'key-1', 'ES256', 'ES256'],
    ['no key has its algorithm, and it names none', undefined, 'ES512', 'ES512'],
    ['its key id has an RSA key that names no algorithm', 'key-1', 'PS256', 'PS256'],
    ['it is unsigned', 'key-1', 'none', 'none'],
    ['it is unsigned and names an unknown key', 'unknown', 'none', 'none'],
    ['it is signed with a shared secret', 'unknown', 'HS256', 'HS256'],
    ['its algorithm is missing', undefined, undefined, 'none'],
    ['its algorithm is no algorithm', 'key-1', 'RS256", error="x', 'an unknown algorithm'],
    ['its algorithm begins like one', 'key-1', 'RS256 x', 'an unknown algorithm'],
    ['its algorithm ends like one', 'key-1', ' RS256', 'an unknown algorithm'],
    ['its algorithm is too long', 'key-1', 'A'.repeat(17), 'an unknown algorithm'],
  ])(
    '[case 14] the keys that may have signed a token are none where %s, and the refusal names what came and what is accepted',
    (_what, keyId, algorithm, named) => {
      const { code, details } = failureThrownBy(() =>
        candidateKeys({ keys: [KEY_1] }, tokenOf(keyId, algorithm)),
      )
      expect([code, details.reason]).toEqual(['invalid_token', 'algorithm'])
      expect(details.description).toContain(`The token is signed with ${named}.`)
      expect(details.description).toContain('are for RS256,')
      expect(details.log).toEqual({ receivedAlgorithm: named, acceptedAlgorithms: ['RS256'] })
    },
  )

  test('[case 14] the keys that may have signed a token are none where its key id has another algorithm, and only that one is named', () => {
    const { details } = failureThrownBy(() => candidatesOf([KEY_1, KEY_2], 'key-1'))
    expect(details.log).toEqual({ receivedAlgorithm: 'ES256', acceptedAlgorithms: ['RS256'] })
  })

  test('[case 14] the keys that may have signed a token are none for its algorithm, and each accepted one is named once', () => {
    const { details } = failureThrownBy(() =>
      candidatesOf([KEY_1, KEY_2, KEY_1], undefined, 'ES384'),
    )
    expect(details.log?.['acceptedAlgorithms']).toEqual(['RS256', 'ES256'])
  })
})

describe('a signature', () => {
  let key: SigningKey
  let other: SigningKey
  let token: Secret

  beforeAll(async () => {
    key = await createSigningKey('ES256')
    other = await createSigningKey('ES256')
    const header = { alg: 'ES256', kid: 'of-nobody' }
    token = new Secret(await new SignJWT({}).setProtectedHeader(header).sign(key.privateKey))
  })

  test('a signature is that of a key or not, whatever else is wrong with the token', async () => {
    expect(await signatureFits(token, key.jwk, 'ES256')).toBe(true)
    expect(await signatureFits(token, other.jwk, 'ES256')).toBe(false)
    expect(await signatureFits(new Secret('no token'), key.jwk, 'ES256')).toBe(false)
  })

  test('a signature is none by another algorithm than the one that is asked for', async () => {
    expect(await signatureFits(token, key.jwk, 'RS256')).toBe(false)
  })

  test('a signature is found among the keys of a set, whichever key id the token names', async () => {
    const isOneOf = (...keys: JWK[]): Promise<boolean> => isSignedByOneOf({ keys }, token, 'ES256')
    expect(await isOneOf(KEY_1, other.jwk, key.jwk)).toBe(true)
    expect(await isOneOf(KEY_1, other.jwk)).toBe(false)
    expect(await isOneOf()).toBe(false)
  })

  test('a signature is not looked for among keys that are for another algorithm', async () => {
    expect(await isSignedByOneOf({ keys: [key.jwk] }, token, 'ES384')).toBe(false)
    const forOther = { ...key.jwk, alg: 'ES384' }
    expect(await isSignedByOneOf({ keys: [forOther] }, token, 'ES256')).toBe(false)
  })

  test('[S9] a signature is looked for with 32 keys of its algorithm at the most', async () => {
    const of = (count: number): Promise<boolean> =>
      isSignedByOneOf({ keys: [KEY_1, ...several(count), key.jwk] }, token, 'ES256')
    expect(await of(31)).toBe(true)
    expect(await of(32)).toBe(false)
  })
})
