import { jwtVerify, SignJWT, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { fittingKey } from '../../../src/identity/fitting-key.js'
import type { Issuer, KeyLookup } from '../../../src/identity/issuer-keys.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'

let key: SigningKey
let other: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
  other = await createSigningKey('ES256')
})

const tokenOf = (header: object = {}): Promise<string> =>
  new SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
    .sign(key.privateKey)

/** Verifies with these keys, and with others once they have been renewed. Notes what the issuer was asked for. */
function verifying(keys: readonly JWK[], renewed?: readonly JWK[]) {
  const asked: (readonly [string | undefined, KeyLookup | undefined])[] = []
  const keySet = { keys: [...keys] }
  const issuer: Issuer = {
    issuer: 'https://issuer.example/',
    metadata: () => Promise.reject(new Error('not asked for')),
    keys: (keyId, lookup) => {
      asked.push([keyId, lookup])
      return Promise.resolve({ keys: [...(renewed ?? keys)] })
    },
  }
  const verify = async (token: string, known: Issuer | undefined = issuer): Promise<unknown> =>
    (await jwtVerify(token, fittingKey(keySet, known))).payload.sub
  return { asked, keySet, issuer, verify }
}

describe('the fitting key', () => {
  test('the fitting key is the one that has signed, among several under one id, and the issuer is not asked', async () => {
    const same = { ...other.jwk, kid: key.kid }
    for (const keys of [
      [same, key.jwk],
      [key.jwk, same],
    ]) {
      const { asked, verify } = verifying(keys)
      expect(await verify(await tokenOf())).toBe('alice')
      expect(asked).toEqual([])
    }
  })

  test('the fitting key is found among all where the token names none', async () => {
    const { verify } = verifying([other.jwk, key.jwk])
    expect(await verify(await tokenOf({ kid: undefined }))).toBe('alice')
  })

  test('[case 16] the fitting key is looked for among renewed keys where none fits, once', async () => {
    const { asked, keySet, verify } = verifying([{ ...other.jwk, kid: key.kid }], [key.jwk])
    expect(await verify(await tokenOf())).toBe('alice')
    expect(asked).toEqual([[key.kid, { tried: keySet }]])
  })

  test.each<[string, () => readonly JWK[]]>([
    ['of somebody else', () => [other.jwk]],
    ['that has signed, but under another id', () => [{ ...key.jwk, kid: 'other' }]],
    ['that has signed, but is for another algorithm', () => [{ ...key.jwk, alg: 'ES384' }]],
    ['that cannot be imported', () => [{ ...key.jwk, x: 'A' }]],
    ['of nobody', () => []],
  ])('the fitting key is none %s', async (_what, keys) => {
    const { keySet, issuer, asked, verify } = verifying(keys())
    const token = await tokenOf()
    await expect(verify(token)).rejects.toBeInstanceOf(TypeError)
    expect(asked).toHaveLength(1)
    const find = fittingKey(keySet, issuer)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const jws = { protected: header, payload, signature }
    await expect(find({ alg: 'ES256', kid: key.kid }, jws)).rejects.toThrow('no key of the issuer')
  })

  test('the fitting key is looked for among the keys at hand alone where no issuer is known', async () => {
    const find = fittingKey({ keys: [other.jwk] }, undefined)
    const [header = '', payload = '', signature = ''] = (await tokenOf()).split('.')
    const jws = { protected: header, payload, signature }
    await expect(find({ alg: 'ES256' }, jws)).rejects.toThrow('no key of the issuer fits')
  })
})
