import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../src/errors.js'
import {
  createAuth0ApiClientVerifier,
  type VerifyingApiClient,
} from '../../src/identity/auth0-api-client-verifier.js'
import type { AccessTokenVerifier } from '../../src/identity/access-token-verifier.js'
import { Secret } from '../../src/secret.js'
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

  const outcome = async (token: string, by = verifier): Promise<unknown> => {
    const credentials = { scheme: 'bearer' as const, token: new Secret(token) }
    return by.verify({ credentials, method: 'POST', url: new URL(AUDIENCE) }).then(
      (claims) => claims['sub'],
      (error: unknown) => (error instanceof OnBehalfOfError ? error.details.reason : error),
    )
  }

  test('accepts a good token', async () => {
    expect(await outcome(await issuer.mint(AUDIENCE))).toBe('auth0|alice')
  })

  test.each([
    ['another audience', { claims: { aud: 'https://somebody.else/' } }, 'audience_mismatch'],
    ['one beside ours', { claims: { aud: [AUDIENCE, 'https://else/'] } }, 'several_audiences'],
    ['an expiry in the past', { claims: { exp: 1_000 } }, 'expired'],
    ['the type of a proof', { header: { typ: 'dpop+jwt' } }, 'wrong_type'],
    ['a binding, as bearer', { claims: { cnf: { jkt: 'x' } } }, 'bound_token_as_bearer'],
  ])('refuses a token with %s', async (_, options, reason) => {
    expect(await outcome(await issuer.mint(AUDIENCE, options))).toBe(reason)
  })

  test('takes unreachable keys for an outage and no bad token', async () => {
    const gone = await TestIssuer.start()
    await gone.close()
    const token = await issuer.mint(AUDIENCE)
    const credentials = { scheme: 'bearer' as const, token: new Secret(token) }
    await expect(
      verifierOf(gone.issuer).verify({ credentials, method: 'POST', url: new URL(AUDIENCE) }),
    ).rejects.toMatchObject({ code: 'verifier_unavailable' })
  })
})
