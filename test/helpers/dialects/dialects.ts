import { RFC8693_REQUEST, rfc8693Answer, type Dialect, type UserNumber } from './dialect.js'
import { ENTRA_DIALECTS } from './entra-dialects.js'

const CLIENT_ID = 'mcp-server'
const CLIENT = 'some-client'
const API = 'https://api.example/'

const uuid = (user: UserNumber): string =>
  `bbbbbbbb-0000-4000-8000-${String(user).padStart(12, '0')}`

const generic: Dialect = {
  name: 'generic',
  provider: 'generic',
  issuerPath: '/',
  strangers: ['/other/'],
  settings: () => ({}),
  clientId: CLIENT_ID,
  audience: API,
  typ: 'at+jwt',
  subject: ({ endpoint }, user) => ({ aud: endpoint, sub: `user-${user}`, client_id: CLIENT }),
  issued: (_world, user) => ({ aud: API, sub: `user-${user}`, client_id: CLIENT_ID }),
  scopeClaim: 'scope',
  scopeForm: 'text',
  answer: rfc8693Answer,
  asked: { ...RFC8693_REQUEST, audience: API },
  subjectParameter: 'subject_token',
  userClaims: ['sub'],
  clientClaims: [],
  exactScopes: true,
}

const auth0: Dialect = {
  ...generic,
  name: 'auth0',
  provider: 'auth0',
  subject: ({ endpoint }, user) => ({
    ...{ aud: endpoint, sub: `auth0|${user}`, azp: CLIENT, gty: undefined, org_id: 'org_1' },
  }),
  issued: (_world, user) => ({
    ...{ aud: API, sub: `auth0|${user}`, client_id: CLIENT_ID, org_id: 'org_1' },
    act: { sub: CLIENT_ID, act: { sub: CLIENT } },
  }),
}

const keycloakToken = (user: UserNumber) => ({
  ...{ typ: 'Bearer', sub: uuid(user), sid: `session-${user}`, acr: '1' },
  ...{ preferred_username: `user-${user}`, email_verified: true },
})

/** The exchange wants our client id in `aud`, and clients ask for the URL: both stand there. */
const keycloak: Dialect = {
  ...generic,
  name: 'keycloak',
  provider: 'keycloak',
  issuerPath: '/realms/demo',
  strangers: ['/realms/other', '/realms/demo/'],
  audience: 'travel-api',
  typ: 'JWT',
  subject: ({ endpoint }, user) => ({
    ...keycloakToken(user),
    ...{ aud: [endpoint, CLIENT_ID], azp: CLIENT },
  }),
  issued: (_world, user) => ({
    ...keycloakToken(user),
    ...{ aud: 'travel-api', azp: CLIENT_ID },
  }),
  answer: (token) => ({
    ...rfc8693Answer(token),
    ...{ refresh_expires_in: 0, session_state: 's', 'not-before-policy': 0 },
    scope: 'profile email read:private',
  }),
  asked: { ...RFC8693_REQUEST, audience: 'travel-api' },
  clientClaims: ['azp'],
}

const okta: Dialect = {
  ...generic,
  name: 'okta',
  provider: 'okta',
  issuerPath: '/oauth2/aus1mcp',
  exchangePath: '/oauth2/aus2api',
  // The server of the sign-in is one of them: its tokens are not for the API.
  strangers: ['/oauth2/aus1mcp', '/oauth2/aus3other', '/oauth2/default'],
  settings: (origin) => ({ EXCHANGE_ISSUER: `${origin}/oauth2/aus2api` }),
  audience: 'api://travel',
  typ: undefined,
  subject: ({ endpoint }, user) => ({
    ...{ ver: 1, aud: endpoint, cid: CLIENT, uid: `00u${user}` },
    ...{ sub: `user-${user}@okta.example`, auth_time: 1_700_000_000 },
  }),
  // This authorization server maps another attribute to `sub`.
  issued: (_world, user) => ({
    ...{ ver: 1, aud: 'api://travel', cid: CLIENT_ID, uid: `00u${user}` },
    ...{ sub: `E-${user}`, auth_time: 1_700_000_000 },
  }),
  scopeClaim: 'scp',
  scopeForm: 'list',
  asked: {
    grant_type: RFC8693_REQUEST.grant_type,
    subject_token_type: RFC8693_REQUEST.subject_token_type,
    ...{ scope: 'read:private', audience: 'api://travel' },
  },
  // A session that has ended, a user who is not active: the documented codes are not known to be on the wire.
  refusals: { '400 invalid_request': 'reauthentication_required' },
  userClaims: ['uid'],
  clientClaims: ['cid'],
}

const workos: Dialect = {
  ...generic,
  name: 'workos',
  provider: 'workos',
  subject: ({ endpoint }, user) => ({
    ...{ aud: endpoint, sub: `user_${user}`, client_id: CLIENT, org_id: 'org_1', sid: 's' },
  }),
  issued: (_world, user) => ({
    ...{ aud: API, sub: `user_${user}`, client_id: CLIENT_ID, org_id: 'org_1' },
    act: { sub: CLIENT_ID },
  }),
  asked: { ...RFC8693_REQUEST, resource: API },
}

const cognito: Dialect = {
  ...generic,
  name: 'cognito',
  provider: 'cognito',
  issuerPath: '/eu-central-1_Example',
  strangers: ['/eu-central-1_Other'],
  settings: () => ({
    SCOPE_PREFIX: 'https://mcp.example/mcp',
    API_SCOPE_PREFIX: 'https://api.example',
  }),
  exchange: { scopePrefix: 'https://api.example' },
  typ: undefined,
  subject: ({ endpoint }, user) => ({
    ...{ aud: endpoint, sub: uuid(user), client_id: CLIENT, token_use: 'access' },
    ...{ username: `user-${user}`, version: 2 },
  }),
  issued: (_world, user) => ({
    ...{ aud: API, sub: uuid(user), client_id: CLIENT_ID, token_use: 'access' },
    ...{ username: `user-${user}`, version: 2 },
  }),
  answer: (token) => ({ ...rfc8693Answer(token), scope: 'https://api.example/read:private' }),
  ownPrefix: 'https://mcp.example/mcp/',
  apiPrefix: 'https://api.example/',
  tokenPrefix: 'https://api.example/',
  asked: { ...RFC8693_REQUEST, scope: 'https://api.example/read:private', audience: API },
}

/** No profile: the token comes from the issuer of the API's provider, and `aud` is that provider's client id. */
const authentik: Dialect = {
  ...generic,
  name: 'authentik',
  issuerPath: '/application/o/mcp-clients/',
  exchangePath: '/application/o/trips-api/',
  strangers: ['/application/o/mcp-clients/', '/application/o/another-api/'],
  settings: (origin) => ({
    TOKEN_AUDIENCE: 'client-id-of-mcp-clients',
    EXCHANGE_ISSUER: `${origin}/application/o/trips-api/`,
  }),
  audience: 'client-id-of-trips-api',
  typ: 'JWT',
  subject: (_world, user) => ({
    ...{ aud: 'client-id-of-mcp-clients', azp: 'client-id-of-mcp-clients' },
    ...{ sub: `hash-${user}`, uid: `u${user}`, auth_time: 1_700_000_000, acr: '1' },
  }),
  issued: (_world, user) => ({
    ...{ aud: 'client-id-of-trips-api', azp: 'client-id-of-trips-api' },
    ...{ sub: `hash-${user}`, uid: `v${user}` },
  }),
  asked: { ...RFC8693_REQUEST, audience: 'client-id-of-trips-api' },
}

/** No profile: the resource is named by `resource`, and our own token says who acts. */
const pingone: Dialect = {
  ...generic,
  name: 'pingone',
  issuerPath: '/11111111-1111-1111-1111-111111111111/as',
  strangers: ['/22222222-1111-1111-1111-111111111111/as'],
  settings: () => ({
    EXCHANGE_TARGET_PARAMETER: 'resource',
    EXCHANGE_ACTOR_TOKEN: 'client_credentials',
    EXCHANGE_REQUIRE_ACTOR: 'true',
  }),
  exchange: { targetParameter: 'resource' },
  typ: undefined,
  subject: ({ endpoint }, user) => ({
    ...{ aud: [endpoint], sub: uuid(user), client_id: CLIENT, env: 'e', org: 'o', sid: 's' },
  }),
  issued: (_world, user) => ({
    ...{ aud: [API], sub: uuid(user), client_id: CLIENT_ID, env: 'e', org: 'o' },
    act: { sub: CLIENT_ID },
  }),
  asked: { ...RFC8693_REQUEST, resource: API },
}

/** Every identity provider that has a profile, and two that are served by settings alone. */
export const DIALECTS: readonly Dialect[] = [
  ...[auth0, ...ENTRA_DIALECTS, keycloak, okta],
  ...[workos, cognito, generic, authentik, pingone],
]
