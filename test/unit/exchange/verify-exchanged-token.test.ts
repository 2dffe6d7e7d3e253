import fc from 'fast-check'
import type { JSONWebKeySet } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createVerifyingExchanger,
  verifyExchangedToken,
  type ExchangedTokenExpectations,
} from '../../../src/exchange/verify-exchanged-token.js'
import type { ExchangedToken } from '../../../src/exchange/token-exchanger.js'
import type { Issuer } from '../../../src/identity/issuer-keys.js'
import { Secret } from '../../../src/secret.js'
import {
  API,
  exchangedOf,
  ISSUER,
  NOW_SECONDS,
  PromptExchanger,
  requestOf,
  revealed,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { failureOf } from '../outcomes.js'

let key: SigningKey
let stranger: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
  stranger = { ...(await createSigningKey('ES256')), kid: key.kid }
})

const issuerWith = (keys: () => Promise<JSONWebKeySet>): Issuer => ({
  issuer: ISSUER,
  metadata: () => Promise.reject(new Error('not asked for')),
  keys,
})

function expecting(changes: Partial<ExchangedTokenExpectations> = {}): ExchangedTokenExpectations {
  const issuer = issuerWith(() => Promise.resolve({ keys: [key.jwk] }))
  return {
    issuerOf: (name) => (name === ISSUER ? issuer : undefined),
    clientId: 'mcp-server',
    tokenAudience: 'https://mcp.example/mcp',
    clock: () => NOW_SECONDS * 1_000,
    ...changes,
  }
}

interface Case {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly answer?: Partial<Omit<ExchangedToken, 'token'>>
  readonly request?: RequestChanges
  readonly expectations?: Partial<ExchangedTokenExpectations>
  /** Signed by somebody else, under the name of the issuer's key. */
  readonly forged?: boolean
}

async function verified(given: Case = {}): Promise<ExchangedToken> {
  const token = await signed(given.forged === true ? stranger : key, given)
  const request = requestOf(given.request)
  return verifyExchangedToken(
    exchangedOf(token, given.answer),
    request,
    expecting(given.expectations),
  )
}

async function reasonFor(given: Case): Promise<string | undefined> {
  const { code, details } = await failureOf(verified(given))
  expect(code).toBe('exchange_rejected')
  return details.reason
}

describe('a token that is the one that was asked for', () => {
  test("a token that is the one that was asked for expires when it says, whatever the answer's expires_in says", async () => {
    for (const expiresAtSeconds of [NOW_SECONDS + 5, NOW_SECONDS + 9_999]) {
      const token = await verified({ answer: { expiresAtSeconds } })
      expect(token.expiresAtSeconds).toBe(NOW_SECONDS + 600)
    }
  })

  test('a token that is the one that was asked for comes with its actors', async () => {
    const act = { sub: 'mcp-server', act: { sub: 'some-client' } }
    expect((await verified({ claims: { act } })).delegation).toEqual({
      actor: 'mcp-server',
      chain: ['mcp-server', 'some-client'],
    })
    expect((await verified()).delegation).toBeUndefined()
  })

  test.each<[string, Case, readonly string[]]>([
    ['its claim', { claims: { scope: 'read:private more' } }, ['read:private', 'more']],
    [
      'its claim, and not the answer',
      { answer: { scopes: ['read:private', 'admin'] } },
      ['read:private'],
    ],
    [
      'the claim of other servers',
      { claims: { scope: undefined, scp: 'read:private a' } },
      ['read:private', 'a'],
    ],
    [
      'their list',
      { claims: { scope: undefined, scp: ['read:private', 'a'] } },
      ['read:private', 'a'],
    ],
    ['its claim as a list', { claims: { scope: ['read:private', 'a'] } }, ['read:private', 'a']],
    [
      'the answer, where it has no claim',
      { claims: { scope: undefined }, answer: { scopes: ['read:private'] } },
      ['read:private'],
    ],
    [
      'nothing, where nothing was asked for',
      { claims: { scope: undefined }, request: { scopes: [] } },
      [],
    ],
  ])(
    'a token that is the one that was asked for has the scopes of %s',
    async (_, given, scopes) => {
      expect((await verified(given)).scopes).toEqual(scopes)
    },
  )

  test('a token that is the one that was asked for is the same token, and keeps what else was known of it', async () => {
    const token = await signed(key)
    const exchanged = exchangedOf(token)
    const result = await verifyExchangedToken(exchanged, requestOf(), expecting())
    expect(revealed(result)).toBe(token)
    expect(result.issuedTokenType).toBe(exchanged.issuedTokenType)
  })

  test.each<[string, Case]>([
    ['one second before it expires', { claims: { exp: NOW_SECONDS + 1 } }],
    ['in the second in which it becomes valid', { claims: { nbf: NOW_SECONDS } }],
    ['without typ', { header: { typ: undefined } }],
    ['as application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['of the older dialect', { header: { typ: 'JWT' } }],
    ['without a key id, where the issuer has one key', { header: { kid: undefined } }],
    ['with a cnf that is null', { claims: { cnf: null } }],
    [
      'unbound for a bound one, by a setting',
      {
        request: { caller: { binding: 'dpop' } },
        expectations: { dangerouslyAllowUnboundDowngrade: true },
      },
    ],
    ['in the organization of the caller', inOrganization('org_one', 'org_one')],
  ])('a token that is the one that was asked for is accepted %s', async (_, given) => {
    await verified(given)
  })
})

describe('a token that is another', () => {
  test.each<[string, Case, string]>([
    ['is signed by somebody else', { forged: true }, 'signature'],
    ['names another issuer', { claims: { iss: 'https://other.example/' } }, 'issuer'],
    ['is for another API', { claims: { aud: 'https://other.example/' } }, 'audience'],
    [
      'is for another API as well',
      { claims: { aud: [API, 'https://other.example/'] } },
      'several_audiences',
    ],
    [
      'is good for us as well',
      { claims: { aud: [API, 'https://mcp.example/mcp'] } },
      'acceptable_here',
    ],
    ['is for another user', { claims: { sub: 'auth0|bob' } }, 'subject'],
    ['is for somebody else to act with', { claims: { act: { sub: 'other' } } }, 'actor'],
    ['never expires', { claims: { exp: undefined } }, 'expired'],
    ['expires now', { claims: { exp: NOW_SECONDS } }, 'expired'],
    ['becomes valid in a minute', { claims: { nbf: NOW_SECONDS + 60 } }, 'not_yet_valid'],
    ['has no subject', { claims: { sub: undefined } }, 'subject'],
    ['lost the organization', inOrganization('org_one', undefined), 'organization'],
    ['gained an organization', inOrganization(undefined, 'org_one'), 'organization'],
    ['names no actor', { expectations: { requireActor: true } }, 'actor'],
    ['is good for us', { claims: { aud: 'https://mcp.example/mcp' } }, 'acceptable_here'],
    ['has no token type', { answer: { tokenType: 'pop' } }, 'token_type'],
    ['has a token type of nothing at all', { answer: { tokenType: undefined } }, 'token_type'],
    ['has another issued type', { answer: { issuedTokenType: 'x' } }, 'issued_token_type'],
    ['lost its binding', { request: { caller: { binding: 'certificate' } } }, 'unbound_downgrade'],
    [
      'comes from an issuer that we do not know',
      { request: { caller: { issuer: 'https://other.example/' } } },
      'issuer',
    ],
  ])('a token that is another is refused where it %s', async (_, given, reason) => {
    expect(await reasonFor(given)).toBe(reason)
  })

  test('a token that is another is refused whichever claim differs, and never by an error of somebody else', async () => {
    const names = ['iss', 'sub', 'aud', 'exp', 'scope', 'act', 'org_id', 'nbf'] as const
    const odd = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.array(fc.string()),
      fc.object(),
      fc.boolean(),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), odd, async (name, value) => {
        const expected = { iss: ISSUER, sub: 'auth0|alice', aud: API } as Record<string, unknown>
        fc.pre(value !== expected[name])
        fc.pre(name !== 'exp' || typeof value !== 'number')
        fc.pre(name !== 'nbf' || typeof value !== 'number')
        fc.pre(name !== 'aud' || !(Array.isArray(value) && value.join() === API))
        const { code } = await failureOf(verified({ claims: { [name]: value } }))
        expect(['exchange_rejected', 'downstream_scope_denied']).toContain(code)
      }),
      { numRuns: 150 },
    )
  })

  test('a token that is another says in the log what was seen, bounded and scrubbed', async () => {
    const token = `eyJ${'a'.repeat(60)}.eyJ${'b'.repeat(60)}.cc`
    const aud = [API, token, ...Array.from({ length: 100 }, () => 'https://other.example/')]
    const { details } = await failureOf(verified({ claims: { aud } }))
    const written = JSON.stringify(details.log)
    expect(written).toContain(API)
    expect(written).not.toContain('aaaaaa')
    expect(written.length).toBeLessThan(1_000)
    expect(details).not.toHaveProperty('description')
  })
})

test('scope that was narrowed is told to the model by the names of the scopes alone', async () => {
  const { code, details } = await failureOf(
    verified({
      claims: { scope: 'read:private FOREIGN' },
      request: { scopes: ['read:private', 'write:private'] },
    }),
  )
  expect([code, details.reason]).toEqual(['downstream_scope_denied', 'scope_narrowed'])
  expect(details.description).toContain('write:private')
  expect(details.description).not.toContain('FOREIGN')
  expect(details.log).toMatchObject({ asked: ['read:private', 'write:private'] })
})

test('scope that nobody named, neither the token nor the answer, was not granted', async () => {
  const failure = await failureOf(verified({ claims: { scope: undefined } }))
  expect(failure.code).toBe('downstream_scope_denied')
  expect(failure.details.log).toMatchObject({ asked: ['read:private'], granted: '' })
})

const opaque = (expectations: Partial<ExchangedTokenExpectations>, request: RequestChanges = {}) =>
  verifyExchangedToken(exchangedOf('opaque'), requestOf(request), expecting(expectations))

test('a token that cannot be looked into is refused', async () => {
  expect((await failureOf(opaque({}))).details.reason).toBe('opaque')
})

test('a token that cannot be looked into is accepted by a setting, with the scopes that were asked for', async () => {
  expect((await opaque({ dangerouslyAllowOpaqueTokens: true })).scopes).toEqual(['read:private'])
})

test('a token that cannot be looked into is refused for a bound one even then', async () => {
  const bound = { caller: { binding: 'dpop' as const } }
  const failure = await failureOf(opaque({ dangerouslyAllowOpaqueTokens: true }, bound))
  expect(failure.details.reason).toBe('unbound_downgrade')
})

test('a token that cannot be looked into is refused even then where the answer says that its scope was narrowed', async () => {
  const exchanged = exchangedOf('opaque', { scopes: [] })
  const expectations = expecting({ dangerouslyAllowOpaqueTokens: true })
  const failure = await failureOf(verifyExchangedToken(exchanged, requestOf(), expectations))
  expect(failure.code).toBe('downstream_scope_denied')
})

test('a token that cannot be looked into is refused even then where it is the subject token', async () => {
  const expectations = expecting({ dangerouslyAllowOpaqueTokens: true })
  const handedBack = { ...exchangedOf('x'), token: new Secret('subject-token') }
  const failure = await failureOf(verifyExchangedToken(handedBack, requestOf(), expectations))
  expect(failure.details.reason).toBe('subject_token_returned')
})

test('a token that cannot be looked into does not open the way for a bad JWT', async () => {
  const expectations = { dangerouslyAllowOpaqueTokens: true }
  expect(await reasonFor({ claims: { aud: 'x' }, expectations })).toBe('audience')
})

test('a verifying exchanger lets nothing out unverified', async () => {
  const good = await signed(key)
  const bad = await signed(key, { claims: { sub: 'auth0|bob' } })
  const inner = new PromptExchanger((_request, count) => exchangedOf(count === 1 ? good : bad))
  const exchanger = createVerifyingExchanger(inner, expecting())
  expect((await exchanger.exchange(requestOf())).scopes).toEqual(['read:private'])
  expect((await failureOf(exchanger.exchange(requestOf()))).details.reason).toBe('subject')
})

function inOrganization(before: string | undefined, after: string | undefined): Case {
  return {
    claims: { org_id: after },
    request: { caller: before === undefined ? {} : { organization: before } },
  }
}
