import { beforeAll, describe, expect, test } from 'vitest'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { verifyIdToken } from '../../../src/sign-in/id-token.js'
import { createSigningKey, TestIssuer, type MintOptions } from '../../helpers/test-issuer.js'

const CLIENT = 'pages-client'
const NONCE = 'nonce-of-this-sign-in'

const NOW_MS = Date.now()
const seconds = (fromNow: number): number => Math.floor(NOW_MS / 1_000) + fromNow

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await TestIssuer.start()
})

/** Whether an ID token counts: as minted for our client, and changed. */
async function verified(options: MintOptions): Promise<unknown> {
  const own = { nonce: NONCE, client_id: undefined, scope: undefined }
  const token = await issuer.mint(CLIENT, { ...options, claims: { ...own, ...options.claims } })
  return verifyIdToken(token, {
    issuer: createIssuer({ issuer: issuer.issuer }),
    ...{ clientId: CLIENT, nonce: NONCE, clock: () => NOW_MS, clockToleranceSeconds: 5 },
  })
}

describe('an ID token', () => {
  test.each<readonly [string, MintOptions]>([
    ['for this client alone', {}],
    ['for this client among others, issued to it', { claims: { aud: [CLIENT, 'b'], azp: CLIENT } }],
    ['within the tolerance of clocks', { claims: { iat: seconds(-600), exp: seconds(-2) } }],
  ])('%s counts', async (_name, options) => {
    expect(await verified(options)).toMatchObject({ sub: 'auth0|alice', nonce: NONCE })
  })

  test.each<readonly [string, MintOptions]>([
    ['of another sign-in', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['of another issuer', { claims: { iss: 'https://evil.example/' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['for another client', { claims: { aud: 'another' } }],
    ['for another client, said to be issued to this one', { claims: { aud: 'b', azp: CLIENT } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['for several clients, issued to none of them', { claims: { aud: [CLIENT, 'another'] } }],
    ['issued to another client', { claims: { azp: 'another' } }],
    ['that has expired', { claims: { iat: seconds(-700), exp: seconds(-100) } }],
    ['that never expires', { claims: { exp: undefined } }],
    ['that counts later', { claims: { nbf: seconds(100) } }],
    ['without a time of issue', { claims: { iat: undefined } }],
    ['of nobody', { claims: { sub: undefined } }],
    ['of an empty subject', { claims: { sub: '' } }],
  ])('%s is refused', async (_name, options) => {
    await expect(verified(options)).rejects.toThrow()
  })

  test('that another key has signed is refused, under the name of a key of the issuer too', async () => {
    const key = await createSigningKey()
    await expect(verified({ key })).rejects.toThrow()
    const kid = issuer.keys[0]?.kid
    await expect(verified({ key, header: { kid } })).rejects.toThrow()
  })
})
