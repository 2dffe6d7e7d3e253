import { expecting, type Attack } from './attack.js'
import { base64url, goodParts, nowSeconds, type Members } from './forge.js'
import { forged, issued } from './token-attack.js'

/** Everything an issuer signs with the same key must not pass for an access token (RFC 8725 §3.11). */
const types: readonly Attack[] = [
  'dpop+jwt',
  'logout+jwt',
  'secevent+jwt',
  'id_token+jwt',
  'oauth-authz-req+jwt',
  'token-introspection+jwt',
  'client-authentication+jwt',
  'entity-statement+jwt',
  'oauth-id-jag+jwt',
  'JOSE',
  'at+jwt ',
  'at jwt',
  'text/at+jwt',
  '',
].map((typ) => issued(`typ ${JSON.stringify(typ)}`, { header: { typ } }))

/** A kind that is no text must not pass for no kind. */
const oddTypes: readonly Attack[] = [
  issued('typ a number', { header: { typ: 42 } }),
  issued('typ an array', { header: { typ: ['logout+jwt'] } }),
  issued('typ an object', { header: { typ: { toString: 'at+jwt' } } }),
]

const idTokens: readonly Attack[] = [
  issued('an id token, for the client', {
    header: { typ: 'JWT' },
    claims: { aud: 'some-client', nonce: 'n', at_hash: 'h', auth_time: 1, client_id: undefined },
  }),
  issued('an id token, for the client, in an array', {
    header: { typ: 'JWT' },
    claims: { aud: ['some-client'], azp: 'some-client', nonce: 'n', client_id: undefined },
  }),
  issued('an id token for the client and this server', ({ audience }) => ({
    header: { typ: 'JWT' },
    claims: { aud: ['some-client', audience], azp: 'some-client', nonce: 'n' },
  })),
  issued('an id token without typ', {
    header: { typ: undefined },
    claims: { aud: 'some-client', nonce: 'n', scope: undefined },
  }),
]

const ID_TOKEN_CLAIMS: readonly (readonly [string, Members])[] = [
  ['of Keycloak', { typ: 'ID', nonce: 'n', at_hash: 'h', auth_time: 1, azp: 'web' }],
  ['of Keycloak, by its kind alone', { typ: 'ID' }],
  ['of Keycloak, in lower case', { typ: 'id' }],
  ['of Cognito', { token_use: 'id', 'cognito:username': 'alice' }],
  ['with a nonce', { nonce: 'n' }],
  ['with the hash of an access token', { at_hash: 'h' }],
  ['with the hash of a code', { c_hash: 'h' }],
  ['with a nonce and without scope', { nonce: 'n', at_hash: 'h', scope: undefined }],
  ['with a nonce and without client', { nonce: 'n', client_id: undefined }],
]

const OTHER_KINDS: readonly (readonly [string, Members])[] = [
  ['a refresh token', { typ: 'Refresh' }],
  ['an offline token', { typ: 'Offline' }],
  ['a logout token', { typ: 'Logout' }],
  [
    'a logout token by its event',
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
  ],
  ['a security event without events', { events: {} }],
  ['an action token', { typ: 'reset-credentials' }],
  ['a refresh token by its use', { token_use: 'refresh' }],
  ['an introspection answer', { token_introspection: { active: true } }],
  ['a kind that is no text', { typ: ['Bearer'] }],
  ['a use that is no text', { token_use: { access: true } }],
]

/** Where the audience of access tokens is a client id, ID tokens have the same (Entra's one registration, Keycloak). */
const forThisServer: readonly Attack[] = [
  ...ID_TOKEN_CLAIMS.map(([name, claims]) => [`an id token ${name}`, claims] as const),
  ...OTHER_KINDS,
].map(([name, claims]) =>
  issued(`${name}, whose audience is this server`, { header: { typ: 'JWT' }, claims }),
)

const events: readonly Attack[] = [
  issued('a logout token for the client', {
    header: { typ: 'logout+jwt' },
    claims: {
      aud: 'some-client',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
  }),
  issued('a client assertion', ({ issuer }) => ({
    header: { typ: 'JWT' },
    claims: { iss: 'some-client', sub: 'some-client', aud: issuer },
  })),
]

function encrypted(header: object): string {
  const parts = [JSON.stringify(header), 'encrypted key', 'iv', 'ciphertext of some length', 'tag']
  return parts.map((part) => base64url(part)).join('.')
}

const unreadable: readonly Attack[] = [
  forged('an encrypted token', () => encrypted({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })),
  forged('an encrypted token with a shared secret', () =>
    encrypted({ alg: 'dir', enc: 'A256GCM' }),
  ),
  forged('an encrypted token with a million rounds of key derivation', () =>
    encrypted({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1_000_000_000, p2s: 'c2FsdA' }),
  ),
  forged('an opaque token', () => 'v2.local.Zm9yLXRlc3RzLW9ubHktbm90LWEtcmVhbC10b2tlbg'),
  forged('an opaque token without dots', () => 'ZGVmaW5pdGVseS1vcGFxdWUtdG9rZW4tb2YtYXV0aDA'),
  forged('a token in JSON serialisation', (target) => {
    const { header, claims } = goodParts(target)
    const [protectedHeader, payload] = [header, claims].map((p) => base64url(JSON.stringify(p)))
    return JSON.stringify({ payload, protected: protectedHeader, signature: 'AA' })
  }),
  ...['null', 'undefined', 'NaN', '[object', 'true', '0', 'Bearer', 'redacted'].map((text) =>
    forged(`the word ${text}`, () => text),
  ),
]

const tokenKindsOfOthers: readonly Attack[] = [
  issued('a token that was for the other server, a minute ago', ({ otherAudience }) => ({
    claims: { aud: otherAudience, exp: nowSeconds() + 60, act: { sub: 'mcp-server' } },
  })),
]

/** Things that an issuer hands out, or a client holds, and that are no access tokens for this server. */
export const tokenKinds = expecting({ status: [400, 401] }, [
  ...types,
  ...oddTypes,
  ...idTokens,
  ...forThisServer,
  ...events,
  ...unreadable,
  ...tokenKindsOfOthers,
])
