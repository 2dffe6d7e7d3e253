import { OTHER_TENANT, TENANT } from '../../unit/identity-providers/persons.js'
import type { Dialect, UserNumber, World } from './dialect.js'
import type { Claims } from './provider-stand.js'

/** A tenant whose users may not call. */
export const FOREIGN_TENANT = '99999999-3333-4444-8555-666666666666'
export const API_ID = '33333333-aaaa-4aaa-8aaa-000000000003'
export const OTHER_API_ID = '33333333-bbbb-4aaa-8aaa-000000000004'
const CLIENT_ID = '44444444-aaaa-4aaa-8aaa-000000000001'
const MCP_CLIENT = '55555555-aaaa-4aaa-8aaa-000000000002'

const API = `api://${API_ID}`

const v2 = (tenant: string): string => `/${tenant}/v2.0`
/** The real one is `https://sts.windows.net/{tenant}/`. */
const v1 = (tenant: string): string => `/sts/${tenant}/`

export function entraUserId(user: UserNumber): string {
  return `aaaaaaaa-0000-4000-8000-${String(user).padStart(12, '0')}`
}

function subject(_world: World, user: UserNumber): Claims {
  return {
    ...{ aud: CLIENT_ID, ver: '2.0', azp: MCP_CLIENT, azpacr: '0' },
    ...{ tid: TENANT, oid: entraUserId(user), sub: `for-mcp-${user}`, uti: `u${user}` },
  }
}

const version2: Dialect = {
  name: 'entra, tokens of version 2',
  provider: 'entra',
  issuerPath: v2(TENANT),
  strangers: [
    ...[v2(OTHER_TENANT), v1(OTHER_TENANT), v2(FOREIGN_TENANT), v1(FOREIGN_TENANT)],
    ...['/common/v2.0', '/organizations/v2.0'],
  ],
  settings: (origin) => ({
    ADDITIONAL_ISSUERS: `${origin}${v1(TENANT)}`,
    // The users of both may call, and still a token of one is none for a user of the other.
    ALLOWED_TENANTS: OTHER_TENANT,
  }),
  clientId: CLIENT_ID,
  audience: API,
  typ: undefined,
  subject,
  issued: (_world, user) => ({
    ...{ aud: API_ID, ver: '2.0', azp: CLIENT_ID, azpacr: '1' },
    ...{ tid: TENANT, oid: entraUserId(user), sub: `for-api-${user}`, uti: `v${user}` },
  }),
  scopeClaim: 'scp',
  scopeForm: 'text',
  apiPrefix: `${API}/`,
  answer: (token) => ({
    ...{ token_type: 'Bearer', expires_in: 3_599, ext_expires_in: 3_599, access_token: token },
    scope: `${API}/Read:Private`,
  }),
  asked: {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    scope: `${API}/read:private`,
  },
  subjectParameter: 'assertion',
  // A scope is wrong for every user, or for none.
  refusals: {
    '400 invalid_scope': 'exchange_misconfigured',
    '403 invalid_scope': 'exchange_misconfigured',
  },
  userClaims: ['oid', 'tid'],
  clientClaims: ['azp', 'appid'],
  exactScopes: false,
}

/** Two versions of Entra's tokens: the registration of each resource chooses. And two ways to ask for scopes. */
export const ENTRA_DIALECTS: readonly Dialect[] = [
  version2,
  {
    ...version2,
    name: 'entra, tokens of version 1',
    answerPath: v1(TENANT),
    issued: (_world, user) => ({
      ...{ aud: API, ver: '1.0', appid: CLIENT_ID, appidacr: '1' },
      ...{ tid: TENANT, oid: entraUserId(user), sub: `for-api-${user}`, uti: `v${user}` },
    }),
  },
  {
    ...version2,
    name: 'entra, everything that is consented',
    settings: (origin) => ({
      ...version2.settings(origin),
      EXCHANGE_SCOPE_REQUEST: 'default',
    }),
    exchange: { scopeRequest: 'default' },
    asked: { ...version2.asked, scope: `${API}/.default` },
  },
]
