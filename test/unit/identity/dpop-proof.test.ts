import { errors } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { assertProof, assertVerifiedProof, ProofError } from '../../../src/identity/dpop-proof.js'
import { Secret } from '../../../src/secret.js'
import { createDpopKey, type DpopKey, type ProofRequest } from '../../helpers/dpop-key.js'
import { thrownBy } from '../outcomes.js'

const TOKEN = 'header.claims.signature'
const NOW = 1_700_000_000
const ENDPOINT = 'https://mcp.example/mcp'

describe('a DPoP proof', () => {
  let client: DpopKey

  beforeAll(async () => {
    client = await createDpopKey()
  })

  const prove = (changes: Partial<ProofRequest> = {}): Promise<string> =>
    client.prove(TOKEN, { method: 'POST', url: ENDPOINT, nowSeconds: NOW, ...changes })

  const assertFor = (proof: string, url = ENDPOINT): Promise<string> =>
    assertProof(proof, {
      token: new Secret(TOKEN),
      method: 'POST',
      url: new URL(url),
      clock: () => NOW * 1_000 + 999,
    })

  test('a DPoP proof that is good gives the thumbprint of its key', async () => {
    expect(await assertFor(await prove())).toBe(client.thumbprint)
  })

  test.each([
    ['five minutes old', NOW - 300],
    ['half a minute ahead', NOW + 30],
  ])('a DPoP proof is good up to the last second: %s', async (_what, iat) => {
    expect(await assertFor(await prove({ claims: { iat } }))).toBe(client.thumbprint)
  })

  test.each([
    ['older than five minutes', { iat: NOW - 301 }],
    ['more than half a minute ahead', { iat: NOW + 31 }],
    ['for a list of URLs', { htu: [ENDPOINT] }],
  ])('a DPoP proof is refused where it is %s', async (_what, claims) => {
    await expect(assertFor(await prove({ claims }))).rejects.toBeInstanceOf(ProofError)
  })

  test.each([
    ['has no id', { jti: undefined }],
    ['has an empty id', { jti: '' }],
    ['has a list for an id', { jti: ['a'] }],
    ['is for another method', { htm: 'GET' }],
    ['is for a method in another case', { htm: 'post' }],
  ])(
    '[S16.8] a DPoP proof is refused where it %s, also after a library has verified it',
    async (_what, claims) => {
      const proof = await prove({ claims })
      await expect(assertFor(proof)).rejects.toBeInstanceOf(ProofError)
      const thrown = thrownBy(() => {
        assertVerifiedProof(proof, 'POST')
      })
      expect(thrown).toBeInstanceOf(ProofError)
    },
  )

  test('a DPoP proof is for a URL in whichever spelling', async () => {
    for (const url of [`${ENDPOINT}/a%2Fb`, `${ENDPOINT}/a%2fb`, `${ENDPOINT}/%61%2fb`]) {
      expect(await assertFor(await prove({ url }), `${ENDPOINT}/a%2Fb`)).toBe(client.thumbprint)
    }
    const proof = await prove({ url: `${ENDPOINT}/a/b` })
    await expect(assertFor(proof, `${ENDPOINT}/a%2Fb`)).rejects.toBeInstanceOf(ProofError)
  })

  test('a DPoP proof that does not verify is refused with the reason for the log', async () => {
    const { privateKey } = await createDpopKey()
    await expect(assertFor(await prove({ signer: privateKey }))).rejects.toMatchObject({
      name: 'ProofError',
      cause: expect.any(errors.JWSSignatureVerificationFailed) as unknown,
    })
    const thrown: unknown = await assertFor('no proof').catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ProofError)
    expect(thrown).toHaveProperty('cause.code', 'ERR_JWS_INVALID')
  })
})
