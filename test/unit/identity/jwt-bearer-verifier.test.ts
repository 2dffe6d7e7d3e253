import type { JWK } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import { createIssuer, type Issuer } from '../../../src/identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../../../src/identity/jwt-bearer-verifier.js'
import { Secret } from '../../../src/secret.js'
import { createDpopKey } from '../../helpers/dpop-key.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { json } from '../answer-json.js'
import { KEYS, openIssuer } from '../issuer-stand.js'
import { failureOf } from '../outcomes.js'
import { AUDIENCE, openVerifier, signedBy, under } from '../verifier-stand.js'

const NOW = 1_700_000_000

/** RS256 is the library's, ES256 is jose's: both are held to the same. */
describe.each(['RS256', 'ES256'])('the verifier of %s tokens', (alg) => {
  let key: SigningKey
  let other: SigningKey

  beforeAll(async () => {
    ;[key, other] = await Promise.all([createSigningKey(alg), createSigningKey(alg)])
  })

  beforeEach(() => {
    // The library reads the system's clock.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1_000 })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  describe('that is bound to its sender and comes as bearer', () => {
    const claims = { cnf: { jkt: 'x' } }

    test('the verifier says nothing of the binding of a token whose signature is wrong', async () => {
      const { use } = await openVerifier(key)
      expect(await use(under(key.kid, other), { claims })).toBe('not_verified')
      expect(await use(key, { claims })).toBe('bound_token_as_bearer')
    })

    test('the verifier says of a bound token that has expired that it has expired', async () => {
      const { use } = await openVerifier(key)
      expect(await use(key, { claims: { ...claims, exp: NOW - 60 } })).toBe('expired')
    })
  })

  describe('and what it remembers', () => {
    test('the verifier remembers a verified bearer token', async () => {
      const { mint, judge } = await openVerifier(key)
      const token = await mint(key)
      expect(await judge(token)).toBe(await judge(token))
    })

    test('the verifier remembers a bearer token that it has verified with renewed keys', async () => {
      const { publish, use, mint, judge, fetches } = await openVerifier(key)
      await use(key)
      const renewed = under(key.kid, other)
      publish(renewed)
      const token = await mint(renewed)
      expect(await judge(token)).toBe(await judge(token))
      expect(fetches()).toBe(2)
    })

    test('the verifier remembers as many bearer tokens as it is told, and none where that is 0', async () => {
      for (const [maxVerifiedTokens, known] of [
        [1, true],
        [0, false],
      ] as const) {
        const { use, mint, judge } = await openVerifier(key, { maxVerifiedTokens })
        const token = await mint(key)
        const claims = await judge(token)
        expect((await judge(token)) === claims).toBe(known)
        await use(key, { claims: { jti: 'another' } })
        expect((await judge(token)) === claims).toBe(false)
      }
    })

    test('the verifier remembers no token whose key is no longer published', async () => {
      const { publish, mint, outcome, use } = await openVerifier(key)
      const token = await mint(key)
      expect(await outcome(token)).toBe('alice')
      publish(other)
      expect(await use(other)).toBe('alice')
      expect(await outcome(token)).toBe('key_unknown')
    })

    test('the verifier refuses a bearer token that it remembers where it comes with a DPoP proof', async () => {
      const { mint, outcome } = await openVerifier(key)
      const token = await mint(key)
      expect(await outcome(token)).toBe('alice')
      const client = await createDpopKey()
      const request = { method: 'POST', url: AUDIENCE, nowSeconds: NOW }
      const proof = await client.prove(token, request)
      expect(await outcome(token, { scheme: 'dpop', proof })).toBe('not_verified')
    })
  })

  describe('by the clock', () => {
    test('the verifier goes by the clock that it is given, and not by that of the system', async () => {
      const late = await openVerifier(key, { clock: () => (NOW + 3_600) * 1_000 })
      expect(await late.use(key)).toBe('expired')
      const early = await openVerifier(key, { clock: () => (NOW - 3_600) * 1_000 })
      expect(await early.use(key, { claims: { nbf: NOW } })).toBe('not_yet_valid')
    })

    test.each<[string, object, string]>([
      ['that has expired within the tolerance', { exp: NOW - 3 }, 'alice'],
      ['that has expired at the end of the tolerance', { exp: NOW - 3.25 }, 'expired'],
      ['that becomes valid within the tolerance', { nbf: NOW + 4 }, 'alice'],
      ['that becomes valid at the end of the tolerance', { nbf: NOW + 4.75 }, 'alice'],
      ['that becomes valid beyond the tolerance', { nbf: NOW + 5 }, 'not_yet_valid'],
    ])(
      'the verifier counts the tolerance to the fraction of a second: a token %s',
      async (_what, claims, expected) => {
        vi.setSystemTime(NOW * 1_000 + 750)
        const { use } = await openVerifier(key, { clockToleranceSeconds: 4 })
        expect(await use(key, { claims })).toBe(expected)
      },
    )

    test('the verifier allows no difference where the tolerance is 0', async () => {
      const { use } = await openVerifier(key, { clockToleranceSeconds: 0 })
      expect(await use(key, { claims: { exp: NOW + 1, nbf: NOW } })).toBe('alice')
      expect(await use(key, { claims: { exp: NOW } })).toBe('expired')
      expect(await use(key, { claims: { nbf: NOW + 1 } })).toBe('not_yet_valid')
    })
  })

  test('the verifier of several issuers takes a token with the keys of its own issuer alone', async () => {
    const second = await openIssuer({ clock: () => Date.now() })
    second.answers[KEYS] = json({ keys: [under(key.kid, other).jwk] })
    const stand = await openVerifier(key)
    const issuers = [stand.issuer, second.issuer]
    const { outcome, mint } = await openVerifier(key, { issuers })
    expect(await outcome(await stand.mint(key))).toBe('alice')
    const name = second.issuer.issuer
    expect(await outcome(await signedBy(under(key.kid, other), name))).toBe('alice')
    expect(await outcome(await signedBy(key, name))).toBe('not_verified')
    expect(await outcome(await mint(key))).toBe('issuer_mismatch')
    const aud = [AUDIENCE, `${name}userinfo`]
    expect(await outcome(await stand.mint(key, { claims: { aud } }))).toBe('alice')
  })

  test('the verifier tolerates the audiences that it is told beside its own, and names the resource to ask for', async () => {
    const resource = 'https://mcp.example/resource'
    const { use, mint, judge } = await openVerifier(key, {
      toleratedAudiences: ['mcp-server'],
      resource,
    })
    expect(await use(key, { claims: { aud: [AUDIENCE, 'mcp-server'] } })).toBe('alice')
    const foreign = await mint(key, { claims: { aud: 'mcp-server' } })
    expect((await failureOf(judge(foreign))).message).toContain(resource)
  })
})

describe('an Issuer of your own', () => {
  const ISSUER = 'https://issuer.example/'

  const judgeWith = async (keys: readonly unknown[], header: object): Promise<OnBehalfOfError> => {
    const issuer: Issuer = {
      issuer: ISSUER,
      metadata: () => Promise.reject(new Error('not asked for')),
      keys: () => Promise.resolve({ keys: keys as JWK[] }),
    }
    const verifier = createJwtBearerVerifier({ issuers: [issuer], audience: AUDIENCE })
    const encoded = [header, { iss: ISSUER, aud: AUDIENCE, exp: 9_999_999_999 }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const credentials = {
      scheme: 'bearer' as const,
      token: new Secret([...encoded, 'A'.repeat(86)].join('.')),
    }
    return failureOf(verifier.verify({ credentials, method: 'POST', url: new URL(AUDIENCE) }))
  }

  test.each<[string, unknown, object]>([
    [
      'a key that cannot be imported',
      { kty: 'EC', crv: 'P-256', x: 'A', y: 'A' },
      { alg: 'ES256' },
    ],
    ['a key that is none', null, { alg: 'RS256' }],
  ])(
    'an Issuer of your own that gives %s is a fault of the server, and no verdict on the token',
    async (_what, key, header) => {
      const { code, details } = await judgeWith([key], header)
      expect([code, details.reason]).toEqual(['internal_error', 'verifier_failed'])
      expect(details.cause).toBeInstanceOf(Error)
    },
  )

  test('an Issuer of your own that cannot be reached is an outage, and no verdict on the token', async () => {
    const issuer = createIssuer({
      issuer: ISSUER,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    })
    const verifier = createJwtBearerVerifier({ issuers: [issuer], audience: AUDIENCE })
    const parts = [{ alg: 'RS256' }, { iss: ISSUER }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const credentials = { scheme: 'bearer' as const, token: new Secret(`${parts.join('.')}.AAAA`) }
    const judged = verifier.verify({ credentials, method: 'POST', url: new URL(AUDIENCE) })
    expect((await failureOf(judged)).code).toBe('verifier_unavailable')
  })
})
