import type { Claims } from '../../../src/identity/caller.js'
import type { IdentityProviderName } from '../../../src/identity-providers/identity-provider.js'

export const TENANT = '11111111-2222-3333-4444-555555555555'
export const OTHER_TENANT = '22222222-3333-4444-5555-666666666666'
export const USER_ID = '33333333-4444-5555-6666-777777777777'
const APP = '44444444-5555-6666-7777-888888888888'

/** A verified token, as far as every identity provider writes the same. */
export const COMMON = { iss: 'https://i.example/', exp: 2_000_000_000 } as const

type Row = readonly [provider: IdentityProviderName, what: string, claims: Claims]

/** Tokens of people, with the scope tool:greet, as the identity providers write them. */
export const PERSONS: readonly Row[] = [
  ['auth0', 'a user', { sub: 'auth0|1', azp: 'c', scope: 'openid tool:greet' }],
  [
    'auth0',
    'a user of the RFC 9068 profile',
    { sub: 'auth0|1', client_id: 'c', scope: 'tool:greet' },
  ],
  [
    'auth0',
    'a user of an organization, with permissions',
    { sub: 'auth0|1', azp: 'c', scope: 'tool:greet', org_id: 'org_1', permissions: ['tool:greet'] },
  ],
  [
    'keycloak',
    'a user',
    { sub: USER_ID, azp: 'web', typ: 'Bearer', preferred_username: 'alice', scope: 'tool:greet' },
  ],
  [
    'entra',
    'a user by a token of version 2',
    {
      sub: 'pairwise',
      oid: USER_ID,
      tid: TENANT,
      azp: APP,
      azpacr: '0',
      scp: 'tool:greet',
      ver: '2.0',
    },
  ],
  [
    'entra',
    'a user by a token of version 1',
    {
      sub: 'pairwise',
      oid: USER_ID,
      tid: TENANT,
      appid: APP,
      appidacr: '0',
      scp: 'tool:greet',
      ver: '1.0',
    },
  ],
  [
    'entra',
    'a user who has roles, by a token that says so',
    {
      sub: 'p',
      oid: USER_ID,
      tid: TENANT,
      azp: APP,
      scp: 'a tool:greet',
      roles: ['r'],
      idtyp: 'user',
    },
  ],
  [
    'okta',
    'a user, with scopes in a list',
    { sub: 'alice@example.com', uid: '00u1', cid: '0oa1', scp: ['tool:greet', 'openid'] },
  ],
  [
    'okta',
    'a user, with scopes in a text',
    { sub: 'alice@example.com', uid: '00u1', cid: '0oa1', scp: 'tool:greet' },
  ],
  [
    'workos',
    'a user',
    { sub: 'user_1', client_id: 'client_1', scope: 'tool:greet', org_id: 'org_1' },
  ],
  [
    'cognito',
    'a user',
    { sub: USER_ID, client_id: 'c1', token_use: 'access', username: 'alice', scope: 'tool:greet' },
  ],
  ['generic', 'a user', { sub: 'u', client_id: 'c', scope: 'tool:greet' }],
]

/** Tokens of machines, by their marks. */
export const MACHINES: readonly Row[] = [
  ['auth0', 'client credentials', { sub: 'm@clients', azp: 'm', gty: 'client-credentials' }],
  ['auth0', 'an agent', { sub: 'agt_1', azp: 'c', scope: 'tool:greet' }],
  ['auth0', 'an agent by its profile', { sub: 'x', azp: 'c', sub_profile: 'ai_agent' }],
  [
    'keycloak',
    'a service account',
    { sub: USER_ID, azp: 'batch', client_id: 'batch', preferred_username: 'service-account-batch' },
  ],
  [
    'entra',
    'an app that says so',
    { sub: 's', oid: USER_ID, tid: TENANT, azp: APP, idtyp: 'app', scp: 'a' },
  ],
  [
    'entra',
    'an app by its roles',
    { sub: USER_ID, oid: USER_ID, tid: TENANT, azp: APP, roles: ['r'] },
  ],
  [
    'entra',
    'an app of version 1',
    { sub: USER_ID, oid: USER_ID, tid: TENANT, appid: APP, roles: ['r'] },
  ],
  ['okta', 'client credentials', { sub: '0oa1', cid: '0oa1', scp: ['tool:greet'] }],
  ['workos', 'client credentials', { sub: 'client_1', client_id: 'client_1', scope: 'tool:greet' }],
  ['generic', 'client credentials', { sub: 'c', client_id: 'c', scope: 'tool:greet' }],
]
