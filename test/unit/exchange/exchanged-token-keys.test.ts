import { createSecretKey } from 'node:crypto'
import type { JWK } from 'jose'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { verifyExchangedToken } from '../../../src/exchange/verify-exchanged-token.js'
import type { ExchangedToken } from '../../../src/exchange/token-exchanger.js'
import type { Issuer } from '../../../src/identity/issuer-keys.js'
import {
  API,
  exchangedOf,
  ISSUER,
  NOW_SECONDS,
  requestOf,
} from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { failureOf } from '../outcomes.js'

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

/** Verifies a token of an issuer with these keys, and notes the key ids that were asked for. */
function verifying(keys: () => Promise<readonly JWK[]>, renewed = keys) {
  const asked: (string | undefined)[] = []
  const issuer: Issuer = {
    issuer: ISSUER,
    metadata: () => Promise.reject(new Error('not asked for')),
    keys: async (keyId, lookup) => {
      asked.push(keyId)
      return { keys: [...(await (lookup?.tried === undefined ? keys() : renewed()))] }
    },
  }
  const verify = (token: string): Promise<ExchangedToken> =>
    verifyExchangedToken(exchangedOf(token), requestOf(), {
      issuerOf: () => issuer,
      clientId: 'mcp-server',
      tokenAudience: 'https://mcp.example/mcp',
      clock: () => NOW_SECONDS * 1_000,
    })
  return { asked, verify }
}

describe('the keys', () => {
  test('the keys for an exchanged token are asked for by the key id of the token', async () => {
    const { asked, verify } = verifying(() => Promise.resolve([key.jwk]))
    await verify(await signed(key))
    expect(asked).toEqual([key.kid])
  })

  test('the keys for an exchanged token that cannot be had are an outage, not a bad token', async () => {
    const { verify } = verifying(() => Promise.reject(new Error('unreachable')))
    const { code, details } = await failureOf(verify(await signed(key)))
    expect([code, details.reason]).toEqual(['exchange_unavailable', 'keys_unavailable'])
    expect(details.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('the keys for an exchanged token that cannot be renewed are an outage, not a bad token', async () => {
    const stranger = await createSigningKey('ES256')
    const { verify } = verifying(
      () => Promise.resolve([{ ...stranger.jwk, kid: key.kid }]),
      () => Promise.reject(new OnBehalfOfError('verifier_unavailable')),
    )
    const { code, details } = await failureOf(verify(await signed(key)))
    expect([code, details.reason]).toEqual(['exchange_unavailable', 'keys_unavailable'])
  })

  test('the keys for an exchanged token are asked for by a key id that is a text, or by none', async () => {
    const { asked, verify } = verifying(() => Promise.resolve([key.jwk]))
    await verify(await signed(key, { header: { kid: 5 } })).catch(() => undefined)
    expect(asked[0]).toBeUndefined()
    expect(asked.length).toBeGreaterThan(0)
  })

  test('[S16.4] the keys for an exchanged token may have one key id for two: each verifies its own tokens', async () => {
    const other = await createSigningKey('ES256')
    const { verify } = verifying(() => Promise.resolve([{ ...other.jwk, kid: key.kid }, key.jwk]))
    await verify(await signed(key))
    await verify(await signed({ ...other, kid: key.kid }))
  })

  test('[case 16] the keys for an exchanged token are asked for once more where none fits: the issuer may have made a new key under the same id', async () => {
    const stranger = await createSigningKey('ES256')
    const { asked, verify } = verifying(
      () => Promise.resolve([{ ...stranger.jwk, kid: key.kid }]),
      () => Promise.resolve([key.jwk]),
    )
    await verify(await signed(key))
    expect(asked).toEqual([key.kid, key.kid])
  })

  test('[case 58] the keys for an exchanged token verify a token of ES256 as they do one of RS256', async () => {
    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
      const own = await createSigningKey(alg)
      const token = await signed(own, { header: { alg } })
      await verifying(() => Promise.resolve([own.jwk])).verify(token)
    }
  })

  test('the keys for an exchanged token check its signature once where one key alone can have made it', async () => {
    const other = await createSigningKey('ES256')
    const { verify } = verifying(() => Promise.resolve([other.jwk, key.jwk]))
    const token = await signed(key)
    const calculated = vi.spyOn(crypto.subtle, 'verify')
    try {
      await verify(token)
      expect(calculated).toHaveBeenCalledTimes(1)
    } finally {
      calculated.mockRestore()
    }
  })

  test('the keys for an exchanged token are not renewed for a token whose signature holds and whose claims do not', async () => {
    const { asked, verify } = verifying(() => Promise.resolve([key.jwk]))
    const expired = await signed(key, { claims: { exp: NOW_SECONDS - 600 } })
    expect((await failureOf(verify(expired))).details.reason).toBe('expired')
    expect(asked).toEqual([key.kid])
  })

  test('the keys for an exchanged token that are those of somebody else verify nothing', async () => {
    const stranger = await createSigningKey('ES256')
    const { verify } = verifying(() => Promise.resolve([{ ...stranger.jwk, kid: key.kid }]))
    expect((await failureOf(verify(await signed(key)))).details.reason).toBe('signature')
  })

  test('the keys for an exchanged token that are shared secrets verify nothing: whoever reads them could sign', async () => {
    const secret = Buffer.alloc(32, 7)
    const published = { kty: 'oct', kid: 'shared', k: secret.toString('base64url'), alg: 'HS256' }
    const { verify } = verifying(() => Promise.resolve([key.jwk, published]))
    const claims = { iss: ISSUER, sub: 'auth0|alice', aud: API, scope: 'read:private' }
    const token = await new SignJWT({ ...claims, exp: NOW_SECONDS + 600 })
      .setProtectedHeader({ alg: 'HS256', kid: 'shared' })
      .sign(createSecretKey(secret))
    expect((await failureOf(verify(token))).details.reason).toBe('signature')
  })
})
