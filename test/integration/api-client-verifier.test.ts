import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import {
  createAuth0ApiClientVerifier,
  type VerifyingApiClient,
} from '../../src/identity/auth0-api-client-verifier.js'
import type { AccessTokenVerifier } from '../../src/identity/access-token-verifier.js'
import type { PresentedCredentials } from '../../src/identity/credentials.js'
import { Secret } from '../../src/secret.js'
import { createDpopKey, type ProofRequest } from '../helpers/dpop-key.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const AUDIENCE = 'https://mcp.example/mcp'

/** As the library reports it: one code, one status, the reason among the causes. */
class VerifyAccessTokenError extends Error {
  readonly code = 'verify_access_token_error'
  readonly statusCode = 401
}

describe('the verifier on an ApiClient', () => {
  let issuer: TestIssuer
  let verifier: AccessTokenVerifier

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    verifier = verifierOf(issuer.issuer)
  })

  afterAll(() => issuer.close())

  const verifierOf = (origin: string): AccessTokenVerifier => {
    const keys = createRemoteJWKSet(new URL('jwks', origin))
    const apiClient: VerifyingApiClient = {
      verifyAccessToken: async ({ accessToken }) => {
        try {
          const options = { issuer: issuer.issuer, audience: AUDIENCE, algorithms: ['RS256'] }
          return (await jwtVerify(accessToken, keys, options)).payload
        } catch (cause) {
          throw new VerifyAccessTokenError('failed', { cause })
        }
      },
    }
    return createAuth0ApiClientVerifier({
      apiClient,
      issuers: [issuer.issuer],
      audience: AUDIENCE,
    })
  }

  const judged = (credentials: PresentedCredentials): Promise<unknown> =>
    verifier.verify({ credentials, method: 'POST', url: new URL(AUDIENCE) }).then(
      (claims) => claims['sub'],
      (error: unknown) => (error instanceof OnBehalfOfError ? error.details.reason : error),
    )

  const outcome = (token: string): Promise<unknown> =>
    judged({ scheme: 'bearer', token: new Secret(token) })

  test('the verifier on an ApiClient accepts a good token', async () => {
    expect(await outcome(await issuer.mint(AUDIENCE))).toBe('auth0|alice')
  })

  test.each([
    ['another audience', { claims: { aud: 'https://somebody.else/' } }, 'audience_mismatch'],
    ['one beside ours', { claims: { aud: [AUDIENCE, 'https://else/'] } }, 'several_audiences'],
    ['an expiry in the past', { claims: { exp: 1_000 } }, 'expired'],
    ['the type of a proof', { header: { typ: 'dpop+jwt' } }, 'wrong_type'],
    ['a binding, as bearer', { claims: { cnf: { jkt: 'x' } } }, 'bound_token_as_bearer'],
  ])('the verifier on an ApiClient refuses a token with %s', async (_, options, reason) => {
    expect(await outcome(await issuer.mint(AUDIENCE, options))).toBe(reason)
  })

  describe('with a DPoP proof', () => {
    /** Uses a bound token with proofs for this request, one after the other. */
    const used = async (...proofs: readonly Partial<ProofRequest>[]): Promise<unknown[]> => {
      const client = await createDpopKey()
      const token = await issuer.mint(AUDIENCE, { claims: { cnf: { jkt: client.thumbprint } } })
      const outcomes: unknown[] = []
      for (const changes of proofs) {
        const nowSeconds = Math.floor(Date.now() / 1_000)
        const proof = await client.prove(token, {
          method: 'POST',
          url: AUDIENCE,
          nowSeconds,
          ...changes,
        })
        const credentials = { scheme: 'dpop' as const, token: new Secret(token), proof }
        outcomes.push(await judged(credentials))
      }
      return outcomes
    }

    test('[S16.1] the verifier on an ApiClient with a DPoP proof refuses one that has been used, also under another signature', async () => {
      const same = { claims: { jti: 'the-same' } }
      expect(await used(same, same, {})).toEqual(['auth0|alice', 'proof_replayed', 'auth0|alice'])
    })

    test('[S16.1] the verifier on an ApiClient with a DPoP proof accepts one of ten that come at once', async () => {
      const client = await createDpopKey()
      const token = await issuer.mint(AUDIENCE, { claims: { cnf: { jkt: client.thumbprint } } })
      const nowSeconds = Math.floor(Date.now() / 1_000)
      const proof = await client.prove(token, { method: 'POST', url: AUDIENCE, nowSeconds })
      const credentials = { scheme: 'dpop' as const, token: new Secret(token), proof }
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => judged(credentials)))
      expect(outcomes.filter((each) => each === 'auth0|alice')).toHaveLength(1)
      expect(outcomes.filter((each) => each === 'proof_replayed')).toHaveLength(9)
    })

    test.each([
      ['a method in lower case', { htm: 'post' }],
      ['an id that is a number', { jti: 5 }],
      ['no id', { jti: undefined }],
    ])(
      '[S16.8] the verifier on an ApiClient with a DPoP proof refuses one with %s',
      async (_what, claims) => {
        expect(await used({ claims })).toEqual(['proof_refused'])
      },
    )

    test('[S16.1] the verifier on an ApiClient with a DPoP proof refuses a bound token without one, whatever the client says', async () => {
      const token = await issuer.mint(AUDIENCE, { claims: { cnf: { jkt: 'x' } } })
      expect(await judged({ scheme: 'dpop', token: new Secret(token) })).toBe('proof_refused')
    })
  })

  test('the verifier on an ApiClient takes unreachable keys for an outage and no bad token', async () => {
    const gone = await TestIssuer.start()
    await gone.close()
    const token = await issuer.mint(AUDIENCE)
    const credentials = { scheme: 'bearer' as const, token: new Secret(token) }
    await expect(
      verifierOf(gone.issuer).verify({ credentials, method: 'POST', url: new URL(AUDIENCE) }),
    ).rejects.toMatchObject({ code: 'verifier_unavailable' })
  })
})
