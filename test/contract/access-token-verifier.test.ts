import { CompactSign } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import type { AccessTokenVerifier } from '../../src/identity/access-token-verifier.js'
import { createIssuer } from '../../src/identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../../src/identity/jwt-bearer-verifier.js'
import { Secret } from '../../src/secret.js'
import { createDpopKey, type DpopKey, type ProofRequest } from '../helpers/dpop-key.js'
import { createSigningKey, TestIssuer, type MintOptions } from '../helpers/test-issuer.js'

const AUDIENCE = 'https://mcp.example/mcp'
const ENDPOINT = new URL(AUDIENCE)
const NOW = Math.floor(Date.now() / 1_000)

/** RS256 is the library's, the others are jose's. */
const ALGORITHMS = [
  ...['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const

describe.each(ALGORITHMS)('the verifier of %s tokens', (alg) => {
  let issuer: TestIssuer
  let verifier: AccessTokenVerifier
  let client: DpopKey
  let other: DpopKey

  beforeAll(async () => {
    // The library reads the system's clock: it has to stand still.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1_000 })
    issuer = await TestIssuer.start()
    issuer.keys = [await createSigningKey(alg)]
    const seen = createIssuer({ issuer: issuer.issuer })
    verifier = createJwtBearerVerifier({ issuers: [seen], audience: AUDIENCE })
    client = await createDpopKey()
    other = await createDpopKey()
  })

  afterAll(async () => {
    vi.useRealTimers()
    await issuer.close()
  })

  const mint = (options: MintOptions = {}): Promise<string> =>
    issuer.mint(AUDIENCE, { ...options, claims: { iat: NOW, exp: NOW + 600, ...options.claims } })

  const outcome = (
    token: string,
    proof?: string,
    scheme = proof === undefined ? 'bearer' : 'dpop',
  ) =>
    verifier
      .verify({
        credentials: {
          scheme: scheme as 'bearer' | 'dpop',
          token: new Secret(token),
          ...(proof === undefined ? {} : { proof }),
        },
        method: 'POST',
        url: ENDPOINT,
      })
      .then(
        (claims): unknown => claims['sub'],
        (error: unknown) =>
          error instanceof OnBehalfOfError ? [error.code, error.details.reason] : error,
      )

  test.each<[string, MintOptions]>([
    ['as issuers make it', {}],
    ['without typ', { header: { typ: undefined } }],
    ['of typ JWT', { header: { typ: 'JWT' } }],
    ['of typ AT+JWT', { header: { typ: 'AT+JWT' } }],
    ['of typ application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['without kid', { header: { kid: undefined } }],
    ['with a list of one audience', { claims: { aud: [AUDIENCE] } }],
    ['with its audience doubled', { claims: { aud: [AUDIENCE, AUDIENCE] } }],
    ['that expires between two seconds', { claims: { exp: NOW + 600.5 } }],
    ['without iat', { claims: { iat: undefined } }],
    ['from a moment ahead', { claims: { iat: NOW + 30 } }],
    ['that is good from three seconds ahead', { claims: { nbf: NOW + 3 } }],
    ['that has expired three seconds ago', { claims: { exp: NOW - 3 } }],
    ['that is good from five seconds ahead', { claims: { nbf: NOW + 5 } }],
    ['without jti', { claims: { jti: undefined } }],
  ])('[case 63] the verifier accepts a token %s', async (_what, options) => {
    expect(await outcome(await mint(options))).toBe('auth0|alice')
  })

  test.each<[string, MintOptions, string]>([
    ['of another issuer', { claims: { iss: 'https://evil.example/' } }, 'issuer_mismatch'],
    [
      'of an issuer that differs by case',
      { claims: { iss: 'HTTP://127.0.0.1/' } },
      'issuer_mismatch',
    ],
    ['for somebody else', { claims: { aud: 'https://else.example/' } }, 'audience_mismatch'],
    [
      'for us and somebody else',
      { claims: { aud: [AUDIENCE, 'https://else/'] } },
      'several_audiences',
    ],
    ['that has expired five seconds ago', { claims: { exp: NOW - 5 } }, 'expired'],
    ['that has expired six seconds ago', { claims: { exp: NOW - 6 } }, 'expired'],
    ['that is good from six seconds ahead', { claims: { nbf: NOW + 6 } }, 'not_yet_valid'],
    ['without exp', { claims: { exp: undefined } }, 'not_verified'],
    ['whose exp is text', { claims: { exp: `${NOW + 600}` } }, 'not_verified'],
    ['whose exp is null', { claims: { exp: null } }, 'not_verified'],
    ['whose nbf is text', { claims: { nbf: `${NOW}` } }, 'not_verified'],
    ['whose iat is text', { claims: { iat: `${NOW}` } }, 'not_verified'],
    ['whose sub is a number', { claims: { sub: 5 } }, 'not_verified'],
    ['whose client_id is a list', { claims: { client_id: ['a'] } }, 'not_verified'],
    ['whose jti is a number', { claims: { jti: 5 } }, 'not_verified'],
    ['of typ dpop+jwt', { header: { typ: 'dpop+jwt' } }, 'wrong_type'],
    ['of typ logout+jwt', { header: { typ: 'logout+jwt' } }, 'wrong_type'],
    ['that is bound to a key', { claims: { cnf: { jkt: 'x' } } }, 'bound_token_as_bearer'],
    [
      'that is bound to a certificate',
      { claims: { cnf: { 'x5t#S256': 'x' } } },
      'bound_token_as_bearer',
    ],
    ['with a kid of nobody', { header: { kid: 'nobody' } }, 'key_unknown'],
  ])('[case 14] the verifier refuses a token %s', async (_what, options, reason) => {
    expect(await outcome(await mint(options))).toEqual(['invalid_token', reason])
  })

  test('[case 14] the verifier refuses a token that was changed, and one of another key under the same kid', async () => {
    const [header, claims, signature] = (await mint()).split('.')
    const evil = Buffer.from(String(claims), 'base64url').toString().replace('alice', 'mallory')
    const changed = [header, Buffer.from(evil).toString('base64url'), signature].join('.')
    expect(await outcome(changed)).toEqual(['invalid_token', 'not_verified'])
    const stranger = { ...(await createSigningKey(alg)), kid: issuer.keys[0]?.kid ?? '' }
    expect(await outcome(await mint({ key: stranger }))).toEqual(['invalid_token', 'not_verified'])
    expect(await outcome([header, claims, ''].join('.'))).toEqual(['invalid_token', 'not_verified'])
  })

  test('[case 14] the verifier refuses a token with a critical extension', async () => {
    const [, claims = ''] = (await mint()).split('.')
    const key = issuer.keys[0]
    if (key === undefined) throw new Error('no key')
    const token = await new CompactSign(Buffer.from(claims, 'base64url'))
      .setProtectedHeader({ alg, kid: key.kid, typ: 'at+jwt', crit: ['x'], x: 1 })
      .sign(key.privateKey, { crit: { x: true } })
    expect(await outcome(token)).toEqual(['invalid_token', 'not_verified'])
  })

  describe('with a DPoP proof', () => {
    const bound = (claims: object = {}): Promise<string> =>
      mint({ claims: { cnf: { jkt: client.thumbprint }, ...claims } })

    const used = async (changes: Partial<ProofRequest> = {}, token?: string): Promise<unknown> => {
      const presented = token ?? (await bound())
      const request = { method: 'POST', url: ENDPOINT.href, nowSeconds: NOW, ...changes }
      return outcome(presented, await client.prove(presented, request))
    }

    test.each<[string, Partial<ProofRequest>]>([
      ['as clients make it', {}],
      ['whose htu has a query and a fragment', { claims: { htu: `${AUDIENCE}?a=b#c` } }],
      ['whose htu is written otherwise', { claims: { htu: 'HTTPS://mcp.example:443/%6dcp' } }],
      ['that is four minutes old', { claims: { iat: NOW - 240 } }],
      ['from twenty seconds ahead', { claims: { iat: NOW + 20 } }],
    ])('[case 14] the verifier with a DPoP proof accepts a proof %s', async (_what, changes) => {
      expect(await used(changes)).toBe('auth0|alice')
    })

    test.each<[string, Partial<ProofRequest>]>([
      ['for another method', { claims: { htm: 'GET' } }],
      ['for a list of methods', { claims: { htm: ['POST'] } }],
      ['for no method', { claims: { htm: undefined } }],
      ['for another path', { claims: { htu: `${AUDIENCE}/x` } }],
      ['for another host', { claims: { htu: 'https://evil.example/mcp' } }],
      ['for no URL', { claims: { htu: undefined } }],
      ['for the path alone', { claims: { htu: '/mcp' } }],
      ['for a list of URLs', { claims: { htu: [AUDIENCE] } }],
      ['for another token', { claims: { ath: 'x' } }],
      ['for no token', { claims: { ath: undefined } }],
      ['that is six minutes old', { claims: { iat: NOW - 360 } }],
      ['from a minute ahead', { claims: { iat: NOW + 60 } }],
      ['whose iat is text', { claims: { iat: `${NOW}` } }],
      ['without iat', { claims: { iat: undefined } }],
      ['that has expired', { claims: { exp: NOW - 60 } }],
      ['without jti', { claims: { jti: undefined } }],
      ['whose jti is empty', { claims: { jti: '' } }],
      ['of typ JWT', { header: { typ: 'JWT' } }],
      ['without typ', { header: { typ: undefined } }],
      ['without key', { header: { jwk: undefined } }],
    ])('[case 14] the verifier with a DPoP proof refuses a proof %s', async (_what, changes) => {
      expect(await used(changes)).toEqual(['malformed_credentials', 'proof_refused'])
    })

    test.each<[string, Partial<ProofRequest>]>([
      ['whose method is in lower case', { claims: { htm: 'post' } }],
      ['whose method is in mixed case', { claims: { htm: 'Post' } }],
      ['whose jti is a number', { claims: { jti: 5 } }],
      ['whose jti is a list', { claims: { jti: ['5'] } }],
      ['whose jti is true', { claims: { jti: true } }],
    ])('[S16.8] the verifier with a DPoP proof refuses a proof %s', async (_what, changes) => {
      expect(await used(changes)).toEqual(['malformed_credentials', 'proof_refused'])
    })

    test('[case 14] the verifier with a DPoP proof refuses a proof with the key of the client and the signature of another', async () => {
      expect(await used({ signer: other.privateKey })).toEqual([
        'malformed_credentials',
        'proof_refused',
      ])
    })

    test('[case 14] the verifier with a DPoP proof refuses a proof that has been used', async () => {
      const token = await bound()
      const request = { method: 'POST', url: ENDPOINT.href, nowSeconds: NOW }
      const proof = await client.prove(token, request)
      expect(await outcome(token, proof)).toBe('auth0|alice')
      expect(await outcome(token, proof)).toEqual(['malformed_credentials', 'proof_replayed'])
    })

    test.each<[string, object]>([
      ['bound to another key', { cnf: { jkt: 'x'.repeat(43) } }],
      ['bound to a number', { cnf: { jkt: 5 } }],
      ['bound to nothing', { cnf: {} }],
      ['bound to null', { cnf: { jkt: null } }],
      ['bound to an empty thumbprint', { cnf: { jkt: '' } }],
      ['whose binding is null', { cnf: null }],
      ['bound by text', { cnf: 'jkt' }],
      ['that is not bound', { cnf: undefined }],
    ])('[case 14] the verifier with a DPoP proof refuses a token %s', async (_what, claims) => {
      expect(await used({}, await bound(claims))).toEqual(['invalid_token', 'not_verified'])
    })

    test('[case 14] the verifier with a DPoP proof refuses a token that is not bound for what it is, before it looks at the proof', async () => {
      const unbound = await bound({ cnf: undefined })
      const forOther = { claims: { htm: 'GET' } }
      expect(await used(forOther, unbound)).toEqual(['invalid_token', 'not_verified'])
      expect(await used(forOther)).toEqual(['malformed_credentials', 'proof_refused'])
    })
  })
})
