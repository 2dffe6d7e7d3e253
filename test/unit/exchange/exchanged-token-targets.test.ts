import { beforeAll, describe, expect, test } from 'vitest'
import type { ExchangeTarget } from '../../../src/exchange/exchange-target.js'
import { entra } from '../../../src/identity-providers/entra.js'
import { okta } from '../../../src/identity-providers/okta.js'
import { targetOfApi } from '../../../src/identity-providers/target-of-api.js'
import { ISSUER } from '../../helpers/exchange-requests.js'
import {
  issuerWith,
  refusalWith,
  verifiedWith,
  type AnswerChanges,
} from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

const CLIENT = 'mcp-server'
const APP = '44444444-5555-6666-7777-888888888888'
const TENANT = '11111111-2222-3333-4444-555555555555'
const OTHER_TENANT = '22222222-3333-4444-5555-666666666666'
const API_URI = `api://${APP}`

async function scopesOf(given: AnswerChanges): Promise<readonly string[] | undefined> {
  return (await verifiedWith(key, given)).scopes
}

/** The reason for which an answer is refused where this is said of the exchange. */
async function reasonFor(
  target: ExchangeTarget,
  given: AnswerChanges,
): Promise<string | undefined> {
  const [, reason] = await refusalWith(key, { ...given, request: { ...given.request, target } })
  return reason
}

const isTaken = async (target: ExchangeTarget, given: AnswerChanges): Promise<boolean> => {
  const token = await verifiedWith(key, { ...given, request: { ...given.request, target } })
  return token.token.reveal() !== ''
}

describe('what is said of an exchange', () => {
  test('an answer without issued_token_type is taken where that is optional, one with another type never', async () => {
    const target = { issuedTokenType: 'optional' } as const
    expect(await isTaken(target, { answer: { issuedTokenType: undefined } })).toBe(true)
    const other = 'urn:ietf:params:oauth:token-type:id_token'
    expect(await reasonFor(target, { answer: { issuedTokenType: other } })).toBe(
      'issued_token_type',
    )
    expect(await reasonFor({}, { answer: { issuedTokenType: undefined } })).toBe(
      'issued_token_type',
    )
  })

  test('a token has exactly one of the audiences that are expected', async () => {
    const target = { expectedAudiences: [API_URI, APP] }
    for (const aud of [API_URI, APP, [APP]]) {
      expect(await isTaken(target, { claims: { aud } })).toBe(true)
    }
    expect(await reasonFor(target, { claims: { aud: [API_URI, APP] } })).toBe('several_audiences')
    expect(await reasonFor(target, { claims: { aud: [APP, 'other'] } })).toBe('several_audiences')
    // The audience that is asked for is none that is expected.
    expect(await reasonFor(target, {})).toBe('audience')
    expect(await reasonFor(target, { claims: { aud: 'https://mcp.example/mcp' } })).toBe(
      'acceptable_here',
    )
  })

  test('an own audience that is expected for an API is refused all the same', async () => {
    const own = 'https://mcp.example/mcp'
    const target = { expectedAudiences: [own] }
    expect(await reasonFor(target, { claims: { aud: own } })).toBe('acceptable_here')
  })

  test('every claim that names the client of a token names ours where azp is checked', async () => {
    const target = { actorCheck: 'azp' } as const
    expect(await isTaken(target, { claims: { azp: CLIENT } })).toBe(true)
    expect(await isTaken(target, { claims: { azp: CLIENT, appid: CLIENT } })).toBe(true)
    for (const claims of [{}, { azp: 'other' }, { azp: CLIENT, appid: 'other' }]) {
      expect(await reasonFor(target, { claims })).toBe('actor')
    }
  })

  test('a token that was issued to us still names nobody else as its actor', async () => {
    const target = { actorCheck: 'azp' } as const
    const claims = { azp: CLIENT, act: { sub: 'other', client_id: 'other' } }
    expect(await reasonFor(target, { claims })).toBe('actor')
  })

  test('a token that was issued to us needs no act, also where an actor is required', async () => {
    const expectations = { requireActor: true }
    const azp = { actorCheck: 'azp' } as const
    expect(await isTaken(azp, { claims: { azp: CLIENT }, expectations })).toBe(true)
    for (const actorCheck of ['act', 'none'] as const) {
      expect(await reasonFor({ actorCheck }, { claims: { azp: CLIENT }, expectations })).toBe(
        'actor',
      )
    }
  })

  test('whoever acts is taken where nothing is checked, and the services behind stay the same', async () => {
    const target = { actorCheck: 'none' } as const
    expect(await isTaken(target, { claims: { act: { sub: 'other' } } })).toBe(true)
    const delegation = { actor: 'gateway', chain: ['gateway'] }
    const claims = { act: { sub: 'other' } }
    expect(await reasonFor(target, { claims, request: { caller: { delegation } } })).toBe(
      'chain_changed',
    )
  })
})

describe('the scopes of a returned token', () => {
  const asking = (target: ExchangeTarget, scope: string): AnswerChanges => ({
    claims: { scope },
    request: { target, scopes: ['read'] },
  })

  test('the prefix of the API is taken off the scopes of a token, whole and no other', async () => {
    const target = { scopePrefix: API_URI }
    expect(await scopesOf(asking(target, `${API_URI}/read`))).toEqual(['read'])
    expect(await scopesOf(asking(target, 'read'))).toEqual(['read'])
    for (const scope of [`${API_URI}x/read`, `api://other/read`, `x${API_URI}/read`, API_URI]) {
      expect(await reasonFor(target, asking(target, scope))).toBe('scope_narrowed')
    }
  })

  test('the case of scopes counts unless it is said that it does not', async () => {
    expect(await isTaken({ scopeCase: 'ignored' }, { claims: { scope: 'Read:Private' } })).toBe(
      true,
    )
    expect(await reasonFor({}, { claims: { scope: 'Read:Private' } })).toBe('scope_narrowed')
  })

  test.each<[string, ExchangeTarget]>([
    ['have a prefix', { scopePrefix: API_URI }],
    ['are all that was consented to', { scopeRequest: 'default' }],
    ['are compared without case', { scopeCase: 'ignored' }],
  ])('the answer’s word for scopes that %s counts for nothing', async (_what, target) => {
    const answer = { scopes: ['read:private', `${API_URI}/read:private`] }
    expect(await reasonFor(target, { claims: { scope: undefined }, answer })).toBe('scope_narrowed')
  })

  test('a token for all that was consented to has what the tool declares, and something at least', async () => {
    const target = { scopeRequest: 'default' } as const
    const having = (scope: string | undefined, scopes: readonly string[]): AnswerChanges => ({
      claims: { scope },
      request: { scopes },
    })
    expect(await isTaken(target, having('write read', ['read']))).toBe(true)
    expect(await isTaken(target, having('write', []))).toBe(true)
    expect(await reasonFor(target, having('write', ['read']))).toBe('scope_narrowed')
    expect(await reasonFor(target, having(undefined, []))).toBe('scope_narrowed')
    expect(await reasonFor(target, having('', []))).toBe('scope_narrowed')
  })

  test('the claim that is said to hold the scopes counts alone', async () => {
    const target = { scopeClaim: 'permissions' }
    expect(await isTaken(target, { claims: { permissions: ['read:private'] } })).toBe(true)
    expect(await reasonFor(target, { claims: { permissions: ['other'] } })).toBe('scope_narrowed')
  })
})

describe('a JWT that its API alone can verify', () => {
  const target = { opaqueHeader: 'nonce', scopePrefix: 'https://graph.microsoft.com' }
  const header = { nonce: 'n' }
  const graph = { header, answer: { scopes: ['https://graph.microsoft.com/read:private'] } }

  test('a JWT that its API alone can verify is refused', async () => {
    expect(await reasonFor(target, graph)).toBe('opaque')
  })

  test('a JWT that its API alone can verify is taken by the answer’s word where opaque tokens are', async () => {
    const expectations = { dangerouslyAllowOpaqueTokens: true }
    const given = { ...graph, claims: { aud: 'other' }, expectations }
    expect(await isTaken(target, given)).toBe(true)
    const less = { ...given, answer: { scopes: ['https://graph.microsoft.com/other'] } }
    expect(await reasonFor(target, less)).toBe('scope_narrowed')
  })

  test('the header means nothing where it is not said to', async () => {
    const expectations = { dangerouslyAllowOpaqueTokens: true }
    expect(await reasonFor({}, { header, claims: { aud: 'other' }, expectations })).toBe('audience')
  })
})

describe('where an exchanged token comes from', () => {
  const OWN = 'https://api-issuer.example/'
  const issuer = (name: string) => issuerWith(() => Promise.resolve({ keys: [key.jwk] }), name)

  test('a token for an API with an issuer of its own comes from that issuer alone', async () => {
    const another = 'https://another-api.example/'
    const expectations = { apiIssuers: [issuer(another), issuer(OWN)] }
    const target = { issuer: OWN }
    expect(await reasonFor(target, { claims: { iss: another }, expectations })).toBe('issuer')
    expect(await isTaken(target, { claims: { iss: OWN }, expectations })).toBe(true)
    expect(await reasonFor(target, { expectations })).toBe('issuer')
    expect(await reasonFor({}, { claims: { iss: OWN }, expectations })).toBe('issuer')
    expect(await reasonFor(target, { claims: { iss: OWN } })).toBe('issuer')
  })

  test('the issuer of an API counts more than that of all exchanges', async () => {
    const expectations = { apiIssuers: [issuer(OWN)], exchangeIssuer: issuer('https://x.example/') }
    expect(await isTaken({ issuer: OWN }, { claims: { iss: OWN }, expectations })).toBe(true)
  })

  test('a token may come from either issuer of the tenant at which all exchanges take place', async () => {
    const one = [issuer(OWN), issuer('https://older.example/')]
    const [exchangeIssuer] = one
    const familyOf = (name: string) => (name === OWN ? one : undefined)
    const expectations = { exchangeIssuer, familyOf }
    for (const iss of [OWN, 'https://older.example/']) {
      expect(await isTaken({}, { claims: { iss }, expectations })).toBe(true)
    }
    expect(await reasonFor({}, { claims: { iss: ISSUER }, expectations })).toBe('issuer')
  })

  test('a token may come from either issuer of the caller’s tenant, and of no other tenant', async () => {
    const [older, foreign] = ['https://older.example/', 'https://foreign.example/']
    const families = [[issuer(ISSUER), issuer(older)], [issuer(foreign)]]
    const familyOf = (name: string) =>
      families.find((all) => all.some((one) => one.issuer === name))
    const expectations = { familyOf, issuerOf: issuer }
    for (const iss of [ISSUER, older]) {
      expect(await isTaken({}, { claims: { iss }, expectations })).toBe(true)
    }
    expect(await reasonFor({}, { claims: { iss: foreign }, expectations })).toBe('issuer')
    const caller = { issuer: foreign }
    expect(await reasonFor({}, { claims: { iss: older }, expectations, request: { caller } })).toBe(
      'issuer',
    )
  })
})

describe('the same user by claims of the identity provider', () => {
  const USER = { oid: 'user-1', tid: TENANT }
  const ofEntra = (claims: Readonly<Record<string, unknown>>): AnswerChanges => ({
    answer: { issuedTokenType: undefined },
    claims: {
      ...{ scope: undefined, scp: 'Read', aud: APP, sub: 'pairwise at the API', azp: CLIENT },
      ...{ ...USER, ver: '2.0' },
      ...claims,
    },
    request: {
      audience: API_URI,
      scopes: ['read'],
      caller: { subject: 'pairwise here', subjectClaims: USER, organization: TENANT },
      target: targetOfApi({ audience: API_URI }, entra, {}) ?? {},
    },
    expectations: { claimProfile: entra.claims },
  })

  test('a token of Entra ID for another application of the same user is taken', async () => {
    expect(await scopesOf(ofEntra({}))).toEqual(['Read'])
    expect(await scopesOf(ofEntra({ aud: API_URI, azp: undefined, appid: CLIENT }))).toEqual([
      'Read',
    ])
  })

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['another user', { oid: 'user-2' }, 'subject'],
    ['no user', { oid: undefined }, 'subject'],
    ['a user in a list', { oid: ['user-1'] }, 'subject'],
    ['the same id in another tenant', { tid: OTHER_TENANT }, 'subject'],
    ['no tenant', { tid: undefined }, 'subject'],
    ['another client', { azp: 'other' }, 'actor'],
    ['no client', { azp: undefined }, 'actor'],
    ['another API', { aud: TENANT }, 'audience'],
    ['no scope', { scp: undefined }, 'scope_narrowed'],
    ['another scope', { scp: 'write' }, 'scope_narrowed'],
  ])('a token of Entra ID that names %s is refused (%o)', async (_what, claims, reason) => {
    const [, found] = await refusalWith(key, ofEntra(claims))
    expect(found).toBe(reason)
  })

  test('a caller who was read without the claims of the profile gets no token', async () => {
    const given = ofEntra({})
    const caller = { subject: 'pairwise at the API', organization: TENANT }
    const [, reason] = await refusalWith(key, { ...given, request: { ...given.request, caller } })
    expect(reason).toBe('subject')
  })

  test('a user of Okta is the same by uid, whatever sub is mapped to', async () => {
    const given = (uid: string): AnswerChanges => ({
      claims: { scope: undefined, scp: ['read:private'], sub: 'a@other.example', uid, cid: CLIENT },
      request: {
        caller: { subject: 'alice@example.com', subjectClaims: { uid: '00u1' } },
        target: targetOfApi({ audience: 'https://api.example/' }, okta, {}) ?? {},
      },
      expectations: { claimProfile: okta.claims },
    })
    expect(await scopesOf(given('00u1'))).toEqual(['read:private'])
    expect(await refusalWith(key, given('00u2'))).toEqual(['exchange_rejected', 'subject'])
  })
})
