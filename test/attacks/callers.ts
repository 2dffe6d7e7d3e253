import { expecting, needed, type Attack } from './attack.js'
import { forgeText, goodParts, rsa, type Members } from './forge.js'
import { issued, tokenAttack } from './token-attack.js'

function claiming(name: string, claims: Members): Attack {
  return issued(name, { claims })
}

const machines: readonly Attack[] = [
  claiming('a machine token of Auth0', { sub: 'machine@clients', gty: 'client-credentials' }),
  claiming('a machine token told by its subject alone', { sub: 'machine@clients' }),
  claiming('a machine token told by its grant alone', { gty: 'client-credentials' }),
  claiming('a machine token with the client as its subject', { sub: 'some-client' }),
  claiming('a machine token of the older dialect, with the client as its subject', {
    client_id: undefined,
    azp: 'machine',
    sub: 'machine',
  }),
  claiming('a machine token of the older dialect', {
    client_id: undefined,
    azp: 'machine',
    sub: 'machine@clients',
    gty: 'client-credentials',
  }),
  claiming('a machine token with its grant in a list', { gty: ['client-credentials'] }),
  claiming('an agent of Auth0', { sub: 'agt_1' }),
  claiming('an agent of Auth0 by its profile', { sub_profile: 'ai_agent' }),
  claiming('a service account of Keycloak', {
    sub: '5a1c-uuid',
    client_id: 'batch',
    azp: 'batch',
    preferred_username: 'service-account-batch',
  }),
  claiming('an app of Entra', { sub: 'guid', oid: 'guid', idtyp: 'app', azp: 'app' }),
  claiming('an app of Entra without idtyp', { sub: 'guid', oid: 'guid', appid: 'app' }),
  claiming('a client of Okta', { client_id: undefined, sub: '0oa1', cid: '0oa1' }),
  claiming('a machine token with the name of a user', {
    sub: 'machine@clients',
    name: 'Alice',
    email: 'alice@example.com',
  }),
]

const nobody: readonly Attack[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['blank', '   '],
  ['a tab', '\t'],
  ['a number', 7],
  ['true', true],
  ['an array', ['auth0|alice']],
  ['an object', { toString: 'auth0|alice' }],
].map(([shape, sub]) => claiming(`sub ${String(shape)}`, { sub }))

const noClient: readonly Attack[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['blank', ' '],
  ['a number', 7],
  ['an array', ['some-client']],
].map(([shape, client]) => claiming(`client_id ${String(shape)}`, { client_id: client }))

/** Claims put where a careless merge of objects would find them. */
const borrowed: readonly Attack[] = ['sub', 'aud', 'exp', 'iss', 'client_id'].flatMap((claim) =>
  ['__proto__', 'constructor', 'prototype'].map((member) =>
    tokenAttack(`${claim} inside a claim ${member}`, ['issuer key'], (target) => {
      const { header, claims } = goodParts(target)
      const hidden = JSON.stringify({ [claim]: claims[claim] })
      const rest = JSON.stringify({ ...claims, [claim]: undefined })
      return forgeText(
        JSON.stringify(header),
        rest.replace(/^\{/, `{"${member}":${hidden},`),
        rsa(needed(target.keys.issuer)),
      )
    }),
  ),
)

/** Tokens behind which no signed-in user stands, or no client; for servers that act for users alone. */
export const callers = expecting({ status: 401 }, [
  ...machines,
  ...nobody,
  ...noClient,
  ...borrowed,
])

const CONFIRMATIONS: readonly (readonly [string, unknown])[] = [
  ['a DPoP key', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }],
  ['a certificate', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
  ['a key in full', { jwk: { kty: 'oct', k: 'c2VjcmV0' } }],
  ['something unknown', { 'urn:example:binding': 'x' }],
  ['nothing', {}],
  ['a string', 'jkt'],
  ['an array', ['jkt']],
  ['false', false],
]

/** Tokens that only their owner can use, taken by somebody else (RFC 9449 §7.1, RFC 8705 §3). */
export const boundTokens = expecting(
  { status: [400, 401] },
  CONFIRMATIONS.map(([name, cnf]) =>
    claiming(`a token bound to ${name}, as a plain bearer token`, { cnf }),
  ),
)
