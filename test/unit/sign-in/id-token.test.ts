import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createIssuer, type Issuer } from '../../../src/identity/issuer-keys.js'
import { verifyIdToken } from '../../../src/sign-in/id-token.js'
import { createSigningKey, TestIssuer, type MintOptions } from '../../helpers/test-issuer.js'

const CLIENT = 'pages-client'
const NONCE = 'nonce-of-this-sign-in'

let source: TestIssuer
let issuer: Issuer

beforeAll(async () => {
  source = await TestIssuer.start()
  issuer = createIssuer({ issuer: source.issuer })
  return () => source.close()
})

const mint = ({ claims, ...options }: MintOptions = {}): Promise<string> =>
  source.mint(CLIENT, { ...options, claims: { nonce: NONCE, client_id: undefined, ...claims } })

const verify = (token: string) =>
  verifyIdToken(token, {
    ...{ issuer, clientId: CLIENT, nonce: NONCE },
    ...{ clock: Date.now, clockToleranceSeconds: 5 },
  })

describe('an ID token', () => {
  test('is taken from the issuer, for this client and this sign-in', async () => {
    await expect(verify(await mint())).resolves.toMatchObject({ sub: 'auth0|alice' })
    const claims = { aud: [CLIENT, 'another'], azp: CLIENT }
    await expect(verify(await mint({ claims }))).resolves.toMatchObject(claims)
  })

  test.each([
    ['of another issuer', { iss: 'https://other.example/' }],
    ['for another client', { aud: 'another' }],
    ['for several clients, without the one it was issued to', { aud: [CLIENT, 'another'] }],
    ['issued to another client', { azp: 'another' }],
    ['of another sign-in', { nonce: 'another' }],
    ['of no sign-in', { nonce: undefined }],
    ['of nobody', { sub: undefined }],
    ['of an empty subject', { sub: '' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 60 }],
    ['that never expires', { exp: undefined }],
    ['that does not count yet', { nbf: Math.floor(Date.now() / 1_000) + 600 }],
  ])('%s is refused', async (_name, claims) => {
    await expect(verify(await mint({ claims }))).rejects.toThrow()
  })

  test('signed by none, by a foreign key, or with a shared secret is refused', async () => {
    const claims = { iss: source.issuer, sub: 'auth0|alice', aud: CLIENT, nonce: NONCE }
    const unsigned = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('5m').encode()
    await expect(verify(unsigned)).rejects.toThrow()
    const key = await createSigningKey()
    const kid = source.keys[0]?.kid ?? ''
    await expect(verify(await mint({ key, header: { kid } }))).rejects.toThrow()
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(Buffer.from('development-only-secret-of-the-mcp-server'))
    await expect(verify(shared)).rejects.toThrow()
  })
})
