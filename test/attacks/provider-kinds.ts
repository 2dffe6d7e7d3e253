import { randomBytes } from 'node:crypto'
import type { Dialect } from '../helpers/dialects/dialect.js'
import { answering, issuing, NARROWED, rejectedAs, type ProviderAttack } from './provider-attack.js'

const TYPE = 'urn:ietf:params:oauth:token-type:'
const WRONG_TYPE = rejectedAs('wrong_type')

/** What is no access token, and what is around one that is. */
export function kindAttacks(dialect: Dialect): readonly ProviderAttack[] {
  const { provider, clientClaims, scopeClaim } = dialect
  const none = { client_id: undefined, azp: undefined, cid: undefined, appid: undefined }
  return [
    ...['id_token+jwt', 'dpop+jwt', 'logout+jwt', 'oauth-id-jag+jwt', ''].map((typ) =>
      issuing(`a JWT of type ${JSON.stringify(typ)}`, WRONG_TYPE, { header: { typ } }),
    ),
    ...[{ at_hash: 'x' }, { c_hash: 'x' }, { typ: 'ID' }, { token_use: 'id' }, { events: {} }].map(
      (claims) => issuing(`an ID token by ${Object.keys(claims).join()}`, WRONG_TYPE, { claims }),
    ),
    issuing('an ID token by its nonce', WRONG_TYPE, {
      header: { typ: 'JWT' },
      claims: { nonce: 'n', typ: undefined, token_use: undefined },
    }),
    // Without any mark: it has no client of ours where that is looked at, and no scopes anywhere.
    issuing(
      'an ID token without a mark',
      clientClaims.length === 0 && dialect.name !== 'pingone' ? NARROWED : rejectedAs('actor'),
      { claims: { ...none, act: undefined, [scopeClaim]: undefined, scope: '', name: 'A' } },
    ),
    ...(provider === 'entra'
      ? [
          issuing('a token with a nonce in its header, as of Graph', rejectedAs('opaque'), {
            header: { nonce: 'n' },
          }),
          issuing('a token with a nonce in its header and a key of nobody', rejectedAs('opaque'), {
            header: { nonce: '' },
          }),
        ]
      : []),
    {
      ...{ name: 'an opaque token', ...rejectedAs('opaque') },
      answer: ({ stack }) => {
        const token = randomBytes(32).toString('base64url')
        stack.secrets.push(token)
        return Promise.resolve(dialect.answer(token))
      },
    },
    {
      ...{ name: "the user's own token", ...rejectedAs('subject_token_returned') },
      answer: ({ subjectToken }) => Promise.resolve(dialect.answer(subjectToken)),
    },
    issuing('a token that has expired', rejectedAs('expired'), {
      claims: { exp: Math.floor(Date.now() / 1_000) - 60 },
    }),
    issuing('a token that is good from tomorrow', rejectedAs('not_yet_valid'), {
      claims: { nbf: Math.floor(Date.now() / 1_000) + 86_400 },
    }),
    issuing('a token that is bound to a key', rejectedAs('bound_token'), {
      claims: { cnf: { jkt: 'x'.repeat(43) } },
    }),
  ]
}

/** Words around a good token that say that it is another one. */
export function answerAttacks({ provider }: Dialect): readonly ProviderAttack[] {
  const types = ['id_token', 'refresh_token', 'saml2', 'id-jag', 'saml1'].map(
    (name) => `${TYPE}${name}`,
  )
  const values: readonly unknown[] = [
    ...types,
    ...['', 'access_token', `${TYPE}access_token`.toUpperCase(), null, [`${TYPE}access_token`]],
    // RFC 7523 has no such member; everybody else has it.
    ...(provider === 'entra' ? [] : [undefined]),
  ]
  return [
    ...values.map((issued_token_type) =>
      answering(
        `issued_token_type: ${JSON.stringify(issued_token_type)}`,
        rejectedAs('issued_token_type'),
        { issued_token_type },
      ),
    ),
    ...['DPoP', 'N_A', 'pop', '', null, undefined, ['Bearer']].map((token_type) =>
      answering(`token_type: ${JSON.stringify(token_type)}`, rejectedAs('token_type'), {
        token_type,
      }),
    ),
  ]
}
