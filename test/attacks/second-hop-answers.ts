import { tokenAnswer } from '../helpers/exchange-answers.js'
import { answered, issued, rejectedAs, type SecondHopAttack } from './second-hop-attack.js'

const TYPE = 'urn:ietf:params:oauth:token-type:'

export const answerAttacks: readonly SecondHopAttack[] = [
  ...[
    ['a refresh token', `${TYPE}refresh_token`],
    ['an ID token', `${TYPE}id_token`],
    ['a SAML assertion', `${TYPE}saml2`],
    ['in upper case', `${TYPE}access_token`.toUpperCase()],
    ['empty', ''],
    ['missing', undefined],
    ['null', null],
    ['a list', [`${TYPE}access_token`]],
  ].map(([name, issued_token_type]) =>
    answered(`issued_token_type: ${String(name)}`, rejectedAs('issued_token_type'), {
      issued_token_type,
    }),
  ),
  ...[
    ['DPoP', 'DPoP'],
    ['MAC', 'mac'],
    ['not applicable', 'N_A'],
    ['empty', ''],
    ['missing', undefined],
    ['null', null],
    ['a list', ['Bearer']],
  ].map(([name, token_type]) =>
    answered(`token_type: ${String(name)}`, rejectedAs('token_type'), { token_type }),
  ),
]

/** Bodies without a token in them: nothing to reject, nothing to use. */
export const emptyHandedAttacks: readonly SecondHopAttack[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['a number', 7],
  ['an object', { token: 'x' }],
].map<SecondHopAttack>(([name, token]) => ({
  name: `access_token: ${name as string}`,
  code: 'exchange_unavailable',
  reason: 'nonsense',
  answer: () => Promise.resolve(tokenAnswer(token)),
}))

const BOUND = { bound: true }

const THUMBPRINT = 'x'.repeat(43)

const BINDINGS = ['a bound one', 'an unbound one', 'a bound one, where a plain one would do']

const CONFIRMATIONS: readonly (readonly [string, unknown])[] = [
  ['bound to a key of anybody', { jkt: THUMBPRINT }],
  ['bound to a certificate of anybody', { 'x5t#S256': THUMBPRINT }],
  ['bound in a way that nobody knows', { kid: 'x' }],
  ['an empty object', {}],
  ['true', true],
  ['a string', 'jkt'],
  ['a list', [{ jkt: THUMBPRINT }]],
  ['an empty thumbprint', { jkt: '' }],
  ['a thumbprint that is none', { jkt: 7 }],
  ['a thumbprint that is null', { jkt: null }],
]

export const bindingAttacks: readonly SecondHopAttack[] = [
  ...[
    ['missing', undefined],
    ['null', null],
  ].map(([name, cnf]) =>
    issued(
      `an unbound token for a bound one, its cnf ${String(name)}`,
      rejectedAs('unbound_downgrade'),
      { claims: { cnf } },
      BOUND,
    ),
  ),
  ...CONFIRMATIONS.flatMap(([name, cnf]) =>
    [BOUND, {}, { ...BOUND, environment: { DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE: 'true' } }].map(
      (extra, index) =>
        issued(
          `[S8] a token for ${BINDINGS[index] ?? ''}, its cnf ${name}`,
          rejectedAs('bound_token'),
          { claims: { cnf } },
          extra,
        ),
    ),
  ),
]
