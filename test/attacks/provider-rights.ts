import { writtenScopes, type Dialect } from '../helpers/dialects/dialect.js'
import { API_ID, OTHER_API_ID } from '../helpers/dialects/entra-dialects.js'
import type { Claims } from '../helpers/dialects/provider-stand.js'
import { issuing, NARROWED, rejectedAs, type ProviderAttack } from './provider-attack.js'

const AUDIENCE = rejectedAs('audience')
const SEVERAL = rejectedAs('several_audiences')
const HERE = rejectedAs('acceptable_here')
const ACTOR = rejectedAs('actor')

/** Tokens for another resource, or for more than the API. */
export function audienceAttacks(dialect: Dialect): readonly ProviderAttack[] {
  const { audience, provider } = dialect
  const wrong: readonly (readonly [string, unknown])[] = [
    ['another API', provider === 'entra' ? `api://${OTHER_API_ID}` : 'https://other.example/'],
    ['with a letter behind it', `${audience}x`],
    ['with a blank behind it', `${audience} `],
    ['two in one text', `${audience} https://other.example/`],
    ['missing', undefined],
    ['null', null],
    ['an empty list', []],
    ['in a list in a list', [[audience]]],
    ['an object', { [audience]: true }],
    ['in capitals', audience.toUpperCase()],
    ...(provider === 'entra' ? GUIDS : []),
  ]
  const own = (given: (own: unknown) => unknown, name: string): ProviderAttack =>
    issuing(`aud: ${name}`, HERE, ({ stack }) => ({
      claims: { aud: given(dialect.subject(stack.world, 1)['aud']) },
    }))
  return [
    ...wrong.map(([name, aud]) => issuing(`aud: ${name}`, AUDIENCE, { claims: { aud } })),
    ...['https://other.example/', 'account', audience].map((second) =>
      issuing(`aud: the API and ${second}`, SEVERAL, { claims: { aud: [audience, second] } }),
    ),
    own((aud) => aud, 'our own, as in the token of the user'),
    own((aud) => [audience, ...[aud].flat()], 'the API and our own'),
    ...(provider === 'entra'
      ? [
          issuing('aud: the API by both of its names', SEVERAL, {
            claims: { aud: [API_ID, audience] },
          }),
        ]
      : []),
  ]
}

/** The application id is a name of its own: neither another one nor a way to write it is the API. */
const GUIDS: readonly (readonly [string, unknown])[] = [
  ['the id of another API', OTHER_API_ID],
  ['the id in braces', `{${API_ID}}`],
  ['the id in capitals', API_ID.toUpperCase()],
  ['the URI with a slash behind it', `api://${API_ID}/`],
  ['the URI twice', `api://api://${API_ID}`],
]

const CLIENT_CLAIMS = ['client_id', 'azp', 'cid', 'appid'] as const

/** Tokens that were issued to another client, or for another actor. */
export function clientAttacks(dialect: Dialect): readonly ProviderAttack[] {
  const { clientId, clientClaims } = dialect
  const none = Object.fromEntries(CLIENT_CLAIMS.map((claim) => [claim, undefined]))
  const actors: readonly ProviderAttack[] = [
    issuing('act: another service, whose client it is', ACTOR, {
      claims: { ...none, act: { sub: 'another' }, client_id: 'another' },
    }),
    issuing('act: us, behind another service', ACTOR, {
      claims: { ...none, act: { sub: 'another', act: { sub: clientId } }, client_id: 'another' },
    }),
    ...[null, clientId, [{ sub: clientId }], {}].map((act) =>
      issuing(`act: ${JSON.stringify(act)}`, rejectedAs('actor_malformed'), { claims: { act } }),
    ),
    ...CLIENT_CLAIMS.map((claim) =>
      issuing(`${claim}: a list`, rejectedAs('claim_malformed'), {
        claims: { [claim]: [clientId] },
      }),
    ),
  ]
  if (clientClaims.length === 0) return actors
  const named = (claims: Claims, name: string): ProviderAttack =>
    issuing(`the client: ${name}`, ACTOR, { claims })
  return [
    ...actors,
    named(none, 'none'),
    named({ ...none, act: { sub: clientId } }, 'none, while act names us'),
    ...CLIENT_CLAIMS.flatMap((claim) => [
      named({ ...none, [claim]: 'another' }, `another by ${claim}`),
      named({ [claim]: 'another' }, `another by ${claim}, whatever else is there`),
      named({ ...none, [claim]: clientId.toUpperCase() + '1' }, `one like ours by ${claim}`),
      named({ ...none, [claim]: `${clientId} ` }, `ours with a blank behind it by ${claim}`),
    ]),
    issuing('the client: that of the user', ACTOR, ({ stack, user }) => {
      const { azp, cid, client_id, appid } = dialect.subject(stack.world, user)
      return { claims: { ...none, azp, cid, client_id, appid } }
    }),
  ]
}

/** Tokens with less than was asked for, or with it for somebody else. */
export function scopeAttacks(dialect: Dialect): readonly ProviderAttack[] {
  const { apiPrefix, scopeClaim, exactScopes } = dialect
  const other = scopeClaim === 'scope' ? 'scp' : 'scope'
  const raw = (scopes: readonly string[]): Claims => writtenScopes(dialect, scopes)
  const narrowed = (name: string, claims: Claims): ProviderAttack =>
    issuing(`scopes: ${name}`, NARROWED, { claims })
  const foreign = ['api://other/', 'https://other.example/', 'https://graph.microsoft.com/']
  return [
    narrowed('none', raw([])),
    narrowed('another', raw(['read:other'])),
    narrowed('a longer one', raw(['read:privately'])),
    narrowed('a part of it', raw(['read:priv'])),
    narrowed('everything', raw(['*', '.default'])),
    ...foreign.map((prefix) => narrowed(`that of ${prefix}`, raw([`${prefix}read:private`]))),
    narrowed('in roles and permissions alone', {
      ...raw([]),
      ...{ roles: ['read:private'], permissions: ['read:private'], wids: ['read:private'] },
    }),
    ...[5, true, ['read:private', 7], [['read:private']], { 'read:private': true }].map((value) =>
      issuing(`scopes: ${JSON.stringify(value)}`, rejectedAs('claim_malformed'), {
        claims: { [scopeClaim]: value },
      }),
    ),
    // One spelling counts, and `scope` before `scp`: two never add up.
    narrowed('another in scope, and the right one in scp', {
      scope: 'read:other',
      scp: ['read:private'],
    }),
    ...(exactScopes
      ? [
          narrowed('in capitals', raw(['READ:PRIVATE'])),
          narrowed('with a capital', raw(['Read:private'])),
        ]
      : [narrowed('in capitals, of another API', raw([`API://OTHER/READ:PRIVATE`]))]),
    ...(apiPrefix === undefined ? [] : prefixAttacks(dialect, apiPrefix)),
    ...(apiPrefix === undefined
      ? []
      : [narrowed('in the answer alone', { [scopeClaim]: undefined, [other]: undefined })]),
  ]
}

/** What is like the prefix of the API is none, and its prefix is taken off once and whole. */
function prefixAttacks(dialect: Dialect, prefix: string): readonly ProviderAttack[] {
  const bare = prefix.slice(0, -1)
  const scopes = [
    ...[`${bare}x/read:private`, `${bare.slice(0, -1)}/read:private`, `${bare}read:private`],
    ...[`${prefix}${prefix}read:private`, `${prefix}/read:private`, `x${prefix}read:private`],
    ...[`${bare}:read:private`, `${bare}%2Fread:private`, `${prefix}v2/read:private`],
    ...[prefix, bare, `${prefix}read:other`],
  ]
  return scopes.map((scope) =>
    issuing(`scopes: ${scope}`, NARROWED, { claims: writtenScopes(dialect, [scope]) }),
  )
}
