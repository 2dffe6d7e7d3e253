import { describe, expect, test } from 'vitest'
import { callerFromClaims, type Claims } from '../../../src/identity/caller.js'
import { failureThrownBy } from '../outcomes.js'

const USER = {
  iss: 'https://i.example/',
  sub: 'user-1',
  client_id: 'some-client',
  exp: 2_000_000_000,
  scope: 'tool:whoami',
} as const

const GUID = '11111111-2222-3333-4444-555555555555'

const MACHINES: readonly (readonly [string, Claims])[] = [
  ['Auth0 client credentials', { sub: 'm@clients', azp: 'm', gty: 'client-credentials' }],
  ['a subject of Auth0 for machines alone', { sub: 'm@clients' }],
  ['the grant alone', { gty: 'client-credentials' }],
  ['the grant in a list', { gty: ['client-credentials'] }],
  ['the grant beside another', { gty: ['refresh_token', 'client-credentials'] }],
  ['the grant in a text beside another', { gty: 'client-credentials token-exchange' }],
  ['the grant as RFC 6749 spells it', { gty: ['client_credentials'] }],
  ['an agent of Auth0', { sub: 'agt_8sZ' }],
  ['an agent of Auth0 with an external id', { sub: 'ext-1', sub_profile: 'ai_agent' }],
  ['an agent with two profiles in one text', { sub: 'ext-1', sub_profile: 'service ai_agent' }],
  ['an agent among profiles', { sub_profile: ['x', 'ai_agent'] }],
  [
    'a service account of Keycloak',
    { sub: GUID, azp: 'batch', client_id: 'batch', preferred_username: 'service-account-batch' },
  ],
  ['a service account by its name alone', { preferred_username: 'service-account-batch' }],
  ['an app of Entra with idtyp', { sub: GUID, idtyp: 'app', azp: 'c' }],
  ['a device of Entra', { idtyp: 'device' }],
  [
    'an app of Entra without idtyp',
    {
      sub: GUID,
      oid: GUID,
      azp: 'c',
      roles: ['Tools.All'],
      client_id: undefined,
      scope: undefined,
    },
  ],
  [
    "an app of Entra's older tokens",
    { sub: GUID, oid: GUID, appid: 'c', client_id: undefined, roles: ['Tools.All'] },
  ],
  ['Okta client credentials', { sub: '0oa1', cid: '0oa1', client_id: undefined, scp: ['a'] }],
  ['a subject that is azp', { sub: 'm', azp: 'm' }],
  ['a subject that is client_id', { sub: 'some-client' }],
  ['a subject that is appid', { sub: 'm', appid: 'm' }],
]

describe('machines are no users', () => {
  test.each(MACHINES)('[case 6] [S7] [case 3] the token of %s is refused', (_what, claims) => {
    const { code, details } = failureThrownBy(() => callerFromClaims({ ...USER, ...claims }))
    expect([code, details.reason]).toEqual(['invalid_token', 'machine_token'])
    expect(details.log?.['mark']).toBeTypeOf('string')
  })

  test.each<[string, Claims]>([
    ['Auth0', { sub: 'auth0|1', azp: 'c', gty: 'password', permissions: [] }],
    ['Keycloak', { sub: GUID, azp: 'web', typ: 'Bearer', preferred_username: 'alice' }],
    [
      'Entra',
      { sub: 'pairwise', oid: GUID, tid: GUID, azp: 'c', scp: 'tool:whoami', idtyp: 'user' },
    ],
    ['Entra B2C, whose subject is the object id', { sub: GUID, oid: GUID, scp: 'tool:whoami' }],
    ['Okta', { sub: 'alice@example.com', uid: '00u1', cid: '0oa1', scp: ['tool:whoami'] }],
    ['Cognito', { token_use: 'access', username: 'alice' }],
    ['a user whose address has the mark in its middle', { sub: 'alice@clients.example' }],
    ['a user whose name holds the word', { preferred_username: 'my-service-account-x' }],
    ['a server that writes null', { gty: null, idtyp: null, preferred_username: null }],
  ])("[case 6] a user's token of %s passes", (_what, claims) => {
    expect(callerFromClaims({ ...USER, ...claims }).subject).toBe(claims['sub'] ?? USER.sub)
  })

  test.each(['gty', 'idtyp', 'preferred_username', 'sub_profile'])(
    '[S7] a mark that is malformed in %s cannot hide: the token is refused',
    (claim) => {
      for (const value of [7, true, {}, ['x', 7], [['client-credentials']]]) {
        const { details } = failureThrownBy(() => callerFromClaims({ ...USER, [claim]: value }))
        expect(details.reason).toBe('mark_malformed')
      }
    },
  )
})

describe('userClaim', () => {
  const policy = { userClaim: 'urn:example:user' }

  test('[S7] [case 6] a token without the claim that every user has is refused', () => {
    for (const value of [undefined, null, false, '', ' ', [], ['', null]]) {
      const { details } = failureThrownBy(() =>
        callerFromClaims({ ...USER, 'urn:example:user': value }, policy),
      )
      expect(details.reason).toBe('machine_token')
      expect(details.log).toEqual({ mark: 'user_claim_missing', missing: 'urn:example:user' })
    }
  })

  test('a token with the claim that every user has passes, unless a machine has it too', () => {
    const claims = { ...USER, 'urn:example:user': 'u1' }
    expect(callerFromClaims(claims, policy).subject).toBe('user-1')
    expect(callerFromClaims({ ...claims, 'urn:example:user': 7 }, policy).subject).toBe('user-1')
    expect(() => callerFromClaims({ ...claims, gty: 'client-credentials' }, policy)).toThrow()
  })
})

describe('isMachine', () => {
  test('[S7] isMachine refuses a token on top of the marks, by everything but false', () => {
    const marked = (claims: Claims): boolean => claims['kind'] === 'robot'
    expect(callerFromClaims(USER, { isMachine: marked }).subject).toBe('user-1')
    const asynchronous = (() => Promise.resolve(false)) as unknown as () => boolean
    const silent = (() => undefined) as unknown as () => boolean
    for (const isMachine of [marked, asynchronous, silent]) {
      const { details } = failureThrownBy(() =>
        callerFromClaims({ ...USER, kind: 'robot' }, { isMachine }),
      )
      expect(details.reason).toBe('machine_token')
    }
  })

  test('[S7] isMachine that throws has not agreed', () => {
    const cause = new Error('no verdict')
    const failure = failureThrownBy(() =>
      callerFromClaims(USER, {
        isMachine: () => {
          throw cause
        },
      }),
    )
    expect(failure.details).toMatchObject({ reason: 'machine_token', cause })
  })

  test('isMachine is not asked where machine tokens are allowed', () => {
    const policy = { dangerouslyAllowMachineTokens: true, isMachine: () => true, userClaim: 'x' }
    expect(callerFromClaims({ ...USER, sub: 'm@clients' }, policy).subject).toBe('m@clients')
  })
})
