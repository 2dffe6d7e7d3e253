import { createSecretKey } from 'node:crypto'
import type { JWK } from 'jose'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
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
function verifying(keys: () => Promise<readonly JWK[]>) {
  const asked: (string | undefined)[] = []
  const issuer: Issuer = {
    issuer: ISSUER,
    metadata: () => Promise.reject(new Error('not asked for')),
    keys: async (keyId) => {
      asked.push(keyId)
      return { keys: [...(await keys())] }
    },
  }
  const verify = (token: string): Promise<ExchangedToken> =>
    verifyExchangedToken(exchangedOf(token), requestOf(), {
      issuerOf: () => issuer,
      clientId: 'mcp-server',
      ownAudience: 'https://mcp.example/mcp',
      clock: () => NOW_SECONDS * 1_000,
    })
  return { asked, verify }
}

describe('the keys', () => {
  test('are asked for by the key id of the token', async () => {
    const { asked, verify } = verifying(() => Promise.resolve([key.jwk]))
    await verify(await signed(key))
    expect(asked).toEqual([key.kid])
  })

  test('that cannot be had are an outage, not a bad token', async () => {
    const { verify } = verifying(() => Promise.reject(new Error('unreachable')))
    const { code, details } = await failureOf(verify(await signed(key)))
    expect([code, details.reason]).toEqual(['exchange_unavailable', 'keys_unavailable'])
    expect(details.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('that are those of somebody else verify nothing', async () => {
    const stranger = await createSigningKey('ES256')
    const { verify } = verifying(() => Promise.resolve([{ ...stranger.jwk, kid: key.kid }]))
    expect((await failureOf(verify(await signed(key)))).details.reason).toBe('signature')
  })

  test('that are shared secrets verify nothing: whoever reads them could sign', async () => {
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
