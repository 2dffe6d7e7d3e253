import { afterEach, describe, expect, test, vi } from 'vitest'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import {
  createAuth0ApiClientVerifier,
  type Auth0ApiClientVerifierOptions,
  type VerifyingApiClient,
} from '../../../src/identity/auth0-api-client-verifier.js'
import type { PresentedCredentials } from '../../../src/identity/credentials.js'
import { Secret } from '../../../src/secret.js'
import { failureOf } from '../outcomes.js'

const AUDIENCE = 'https://mcp.example/mcp'
const ISSUER = 'https://tenant.example/'
const CLAIMS = { iss: ISSUER, sub: 'alice', aud: AUDIENCE, exp: 9_999_999_999 }

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** The signature is the client's business. */
const tokenOf = (claims: object = {}): string =>
  `${encoded({ alg: 'RS256' })}.${encoded({ ...CLAIMS, ...claims })}.AAAA`

type Verify = VerifyingApiClient['verifyAccessToken']

const verify = (
  verifyAccessToken: Verify,
  options: Partial<Auth0ApiClientVerifierOptions> = {},
  { token = new Secret(tokenOf()), ...credentials }: Partial<PresentedCredentials> = {},
) =>
  createAuth0ApiClientVerifier({
    apiClient: { verifyAccessToken },
    issuers: [ISSUER],
    audience: AUDIENCE,
    ...options,
  }).verify({
    credentials: { scheme: 'bearer', token, ...credentials },
    method: 'POST',
    url: new URL(`${AUDIENCE}?a=b`),
  })

/** What becomes of an error of the client's. */
const refusalFor = (
  thrown: unknown,
  options: Partial<Auth0ApiClientVerifierOptions> = {},
  claims: object = {},
): Promise<OnBehalfOfError> => {
  const reject: Verify = async () => {
    await Promise.resolve()
    throw thrown
  }
  return failureOf(verify(reject, options, { token: new Secret(tokenOf(claims)) }))
}

const failed = (cause: unknown, members: object = {}): Error =>
  Object.assign(new Error('failed', { cause }), { statusCode: 401, ...members })

describe('the verifier on an ApiClient', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('the verifier on an ApiClient hands on the token, the scheme, the proof and the request that it is for', async () => {
    const seen: unknown[] = []
    const accept: Verify = (options) => {
      seen.push(options)
      return Promise.resolve({ ...CLAIMS, cnf: { jkt: 'x' } })
    }
    const proof = `${encoded({})}.${encoded({ htm: 'POST', jti: '1' })}.AAAA`
    await verify(accept, {}, { scheme: 'dpop', proof })
    expect(seen).toEqual([
      {
        accessToken: tokenOf(),
        scheme: 'dpop',
        httpMethod: 'POST',
        httpUrl: `${AUDIENCE}?a=b`,
        dpopProof: proof,
      },
    ])
  })

  test('the verifier on an ApiClient gives the claims that the client has verified, and not those of the token as it came', async () => {
    const claims = { ...CLAIMS, sub: 'verified' }
    expect(await verify(() => Promise.resolve(claims))).toBe(claims)
  })

  test('the verifier on an ApiClient tolerates the audiences that it is told, and the userinfo of the issuers that the client accepts', async () => {
    const other = 'https://custom.example/'
    const accept: Verify = () =>
      Promise.resolve({ ...CLAIMS, aud: [AUDIENCE, 'mcp-server', `${other}userinfo`] })
    const issuers = [ISSUER, other]
    const toleratedAudiences = ['mcp-server']
    expect(await verify(accept, { issuers, toleratedAudiences })).toHaveProperty('sub', 'alice')
    expect((await failureOf(verify(accept, { issuers }))).details.reason).toBe('several_audiences')
    const { details } = await failureOf(verify(accept, { toleratedAudiences }))
    expect(details.reason).toBe('several_audiences')
  })

  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })

  test.each<[string, unknown]>([
    ['keys that do not come in time', failed({ code: 'ERR_JWKS_TIMEOUT' })],
    ['a connection that is refused', failed(refused)],
    ['a connection that breaks', failed({ code: 'ECONNRESET' })],
    ['a host that is unknown', failed({ code: 'ENOTFOUND' })],
    ['a connection that takes too long', failed({ code: 'ETIMEDOUT' })],
    ['a request that takes too long', failed(new DOMException('late', 'TimeoutError'))],
    ['an outage that the error itself names', refused],
    ['an outage three causes below', failed(failed(failed(refused)))],
  ])('the verifier on an ApiClient takes %s for an outage', async (_what, thrown) => {
    const { code, details } = await refusalFor(thrown)
    expect(code).toBe('verifier_unavailable')
    expect(details.retryAfterSeconds).toBeGreaterThan(0)
    expect(details.cause).toBe(thrown)
  })

  const circle = failed(undefined)
  circle.cause = circle

  test.each<[string, unknown]>([
    ['an error without a cause', failed(undefined)],
    ['a cause of another code', failed({ code: 'ERR_JWT_EXPIRED', name: 'JWTExpired' })],
    ['a cause whose code is a number', failed({ code: 401 })],
    ['a cause that is null', failed(null)],
    ['a cause that is text', failed('ECONNREFUSED')],
    ['causes that go in a circle', circle],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ECONNREFUSED'],
  ])(
    'the verifier on an ApiClient takes the token for a bad one where the client rejects with %s',
    async (_what, thrown) => {
      const { code, details } = await refusalFor(thrown)
      expect([code, details.reason]).toEqual(['invalid_token', 'not_verified'])
      expect(details.cause).toBe(thrown)
    },
  )

  test('the verifier on an ApiClient takes a status of 400 for a bad proof, and hands on why', async () => {
    const thrown = failed(undefined, { statusCode: 400 })
    const { code, details } = await refusalFor(thrown)
    expect([code, details.reason]).toEqual(['malformed_credentials', 'proof_refused'])
    expect(details.cause).toBe(thrown)
  })

  test('the verifier on an ApiClient words a refusal by the issuers, the resource and the tolerance that it is told', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const thrown = failed(undefined)
    const expired = { exp: 1_700_000_000 - 30 }
    expect((await refusalFor(thrown, {}, expired)).details.reason).toBe('expired')
    const tolerant = { clockToleranceSeconds: 60 }
    expect((await refusalFor(thrown, tolerant, expired)).details.reason).toBe('not_verified')
    const foreign = { issuers: ['https://other.example/'] }
    expect((await refusalFor(thrown, foreign)).details.reason).toBe('issuer_mismatch')
    const resource = 'https://mcp.example/resource'
    const { message } = await refusalFor(thrown, { resource }, { aud: 'else' })
    expect(message).toContain(resource)
  })

  test('the verifier on an ApiClient does not ask the client about a JWT that is no access token', async () => {
    let asked = 0
    const accept: Verify = () => {
      asked += 1
      return Promise.resolve(CLAIMS)
    }
    const token = new Secret(tokenOf({ token_use: 'id' }))
    const { details } = await failureOf(verify(accept, {}, { token }))
    expect([details.reason, asked]).toEqual(['wrong_type', 0])
  })
})
