import { API_AUDIENCE, CLIENT_ID } from '../helpers/exchange-answers.js'
import {
  handedOut,
  issued,
  rejectedAs,
  SCOPE_NARROWED,
  type SecondHopAttack,
} from './second-hop-attack.js'

const now = (): number => Math.floor(Date.now() / 1_000)

const WRONG_AUDIENCES: readonly (readonly [string, unknown])[] = [
  ['that of another API', 'https://other.example/'],
  ['without the trailing slash', API_AUDIENCE.slice(0, -1)],
  ['in upper case', API_AUDIENCE.toUpperCase()],
  ['with a path behind it', `${API_AUDIENCE}v2`],
  ['two in one string', `${API_AUDIENCE} https://other.example/`],
  ['our client', CLIENT_ID],
  ['missing', undefined],
  ['null', null],
  ['an empty list', []],
  ['a list in a list', [[API_AUDIENCE]]],
  ['an object', { [API_AUDIENCE]: true }],
]

export const audienceAttacks: readonly SecondHopAttack[] = [
  ...WRONG_AUDIENCES.map(([name, aud]) =>
    issued(`the audience: ${name}`, rejectedAs('audience'), { claims: { aud } }),
  ),
  ...[
    ['another API', 'https://other.example/'],
    ["the issuer's own userinfo", 'https://issuer.example/userinfo'],
    ['the same once more', API_AUDIENCE],
  ].map(([name, second]) =>
    issued(`the audience: the API's and ${String(name)}`, rejectedAs('several_audiences'), {
      claims: { aud: [API_AUDIENCE, second] },
    }),
  ),
  handedOut('a token for our own endpoint', rejectedAs('acceptable_here'), (hop) =>
    hop.mint({ claims: { aud: hop.ownAudience } }),
  ),
  handedOut('a token for the API and for our own endpoint', rejectedAs('acceptable_here'), (hop) =>
    hop.mint({ claims: { aud: [API_AUDIENCE, hop.ownAudience] } }),
  ),
  handedOut('the subject token itself', rejectedAs('subject_token_returned'), (hop) =>
    Promise.resolve(hop.subjectToken),
  ),
  handedOut("another user's token for our own endpoint", rejectedAs('acceptable_here'), (hop) =>
    hop.issuer.mint(hop.ownAudience, { claims: { sub: 'auth0|bob' } }),
  ),
]

const SUBJECTS: readonly (readonly [string, unknown])[] = [
  ['another user', 'auth0|bob'],
  ['the same with a blank behind it', 'auth0|alice '],
  ['the same in upper case', 'AUTH0|ALICE'],
  ['a machine', `${CLIENT_ID}@clients`],
  ['our client', CLIENT_ID],
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['a list with the user in it', ['auth0|alice']],
]

const IN_ORG = { subject: { org_id: 'org_one' } }

const MALFORMED_ORGANIZATIONS: readonly (readonly [string, unknown])[] = [
  ['in a list', ['org_one']],
  ['a number', 5],
  ['an object', { id: 'org_one' }],
  ['blank', ' '],
]

export const identityAttacks: readonly SecondHopAttack[] = [
  ...SUBJECTS.map(([name, sub]) =>
    issued(`the subject: ${name}`, rejectedAs('subject'), { claims: { sub } }),
  ),
  ...[
    ['missing', undefined],
    ['another one', 'org_two'],
    ['null', null],
  ].map(([name, org_id]) =>
    issued(
      `the organization: ${String(name)}`,
      rejectedAs('organization'),
      { claims: { org_id } },
      IN_ORG,
    ),
  ),
  ...MALFORMED_ORGANIZATIONS.flatMap(([name, org_id]) =>
    [IN_ORG, {}].map((extra, index) =>
      issued(
        `[S6] the organization: ${name}, where the caller has ${index === 0 ? 'one' : 'none'}`,
        rejectedAs('claim_malformed'),
        { claims: { org_id } },
        extra,
      ),
    ),
  ),
  issued('the organization: one where the caller has none', rejectedAs('organization'), {
    claims: { org_id: 'org_one' },
  }),
]

const nested = (depth: number): unknown =>
  depth === 0 ? undefined : { sub: CLIENT_ID, act: nested(depth - 1) }

/** An `act` that names these, newest first. */
const chainOf = (names: readonly string[]): unknown =>
  names.reduceRight<unknown>(
    (act, sub) => ({ sub, ...(act === undefined ? {} : { act }) }),
    undefined,
  )

const MALFORMED_ACTS: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a string', CLIENT_ID],
  ['a list', [{ sub: CLIENT_ID }]],
  ['true', true],
  ['an empty object', {}],
  ['without a subject', { client_id: CLIENT_ID }],
  ['with a number for a subject', { sub: 7 }],
  ['with a blank for a subject', { sub: ' ' }],
  ['null at the second level', { sub: CLIENT_ID, act: null }],
  ['a string at the second level', { sub: CLIENT_ID, act: 'some-client' }],
  ['empty at the second level', { sub: CLIENT_ID, act: {} }],
  ['a list at the third level', { sub: CLIENT_ID, act: { sub: 'a', act: [] } }],
  ['without a subject at the third level', { sub: CLIENT_ID, act: { sub: 'a', act: {} } }],
  ['with a client that is no text', { sub: 'agt_1', client_id: 5 }],
  ['with a client in a list', { sub: CLIENT_ID, client_id: [CLIENT_ID] }],
  ['without an end', nested(40)],
]

const REQUIRE_ACTOR = { environment: { EXCHANGE_REQUIRE_ACTOR: 'true' } }

export const actorAttacks: readonly SecondHopAttack[] = [
  issued('the actor: another service', rejectedAs('actor'), {
    claims: { act: { sub: 'other' }, client_id: 'other' },
  }),
  issued('the actor: another service, and no client', rejectedAs('actor'), {
    claims: { act: { sub: 'other' }, client_id: undefined },
  }),
  issued('the actor: another service, and two clients, ours among them', rejectedAs('actor'), {
    claims: { act: { sub: 'other' }, azp: 'other' },
  }),
  issued(
    'the actor: another service, where we have a name',
    rejectedAs('actor'),
    {
      claims: { act: { sub: 'other' } },
    },
    { environment: { EXCHANGE_ACTOR: 'service-account-7' } },
  ),
  issued(
    '[S5] the chain: longer than allowed',
    rejectedAs('chain_too_deep'),
    {
      claims: { act: chainOf([CLIENT_ID, 'a', 'b']) },
    },
    { environment: { DELEGATION_MAX_DEPTH: '2' } },
  ),
  issued('[S5] the chain: ten, where five are allowed', rejectedAs('chain_too_deep'), {
    claims: { act: nested(10) },
  }),
  ...[
    ['lost', [CLIENT_ID]],
    ['replaced', [CLIENT_ID, 'agent-y', 'some-client']],
    ['put behind another', [CLIENT_ID, 'agent-y', 'agent-x', 'some-client']],
    ['turned round', [CLIENT_ID, 'some-client', 'agent-x']],
    ['cut short', [CLIENT_ID, 'agent-x']],
    ['made longer', [CLIENT_ID, 'agent-x', 'some-client', 'more']],
    ['gone with all actors', undefined],
  ].map(([name, chain]) =>
    issued(
      `[S5] the chain: the caller's actors ${String(name)}`,
      rejectedAs('chain_changed'),
      {
        claims: { act: chain === undefined ? undefined : chainOf(chain as string[]) },
      },
      { subject: { act: chainOf(['agent-x', 'some-client']) } },
    ),
  ),
  issued('the actor: us, but behind another service', rejectedAs('actor'), {
    claims: { act: { sub: 'other', act: { sub: CLIENT_ID } } },
  }),
  issued('the actor: a client of another name', rejectedAs('actor'), {
    claims: { act: { sub: 'agt_1', client_id: 'other' } },
  }),
  issued('the actor: our name in upper case', rejectedAs('actor'), {
    claims: { act: { sub: CLIENT_ID.toUpperCase() }, client_id: CLIENT_ID.toUpperCase() },
  }),
  issued(
    'the actor: none, where one is required',
    rejectedAs('actor'),
    { claims: { act: undefined } },
    REQUIRE_ACTOR,
  ),
  issued(
    'the actor: another service, where one is required',
    rejectedAs('actor'),
    { claims: { act: { sub: 'other' }, client_id: 'other' } },
    REQUIRE_ACTOR,
  ),
  ...MALFORMED_ACTS.map(([name, act]) =>
    issued(`the actor: ${name}`, rejectedAs('actor_malformed'), { claims: { act } }),
  ),
]

export const timeAttacks: readonly SecondHopAttack[] = [
  issued('expired an hour ago', rejectedAs('expired'), { claims: { exp: now() - 3_600 } }),
  issued('expired on arrival', rejectedAs('expired'), { claims: { exp: now() } }),
  issued('without an expiry', rejectedAs('expired'), { claims: { exp: undefined } }),
  issued('with words for an expiry', rejectedAs('claim_malformed'), {
    claims: { exp: 'tomorrow' },
  }),
  issued('with digits in a string for an expiry', rejectedAs('claim_malformed'), {
    claims: { exp: `${now() + 600}` },
  }),
  issued('not valid for another hour', rejectedAs('not_yet_valid'), {
    claims: { nbf: now() + 3_600 },
  }),
  issued('with words for when it becomes valid', rejectedAs('claim_malformed'), {
    claims: { nbf: 'tomorrow' },
  }),
]

const MALFORMED_SCOPES: readonly (readonly [string, unknown])[] = [
  ['a list with a number', ['read:private', 7]],
  ['a list in a list', [['read:private']]],
  ['an object', { 'read:private': true }],
  ['true', true],
]

export const scopeAttacks: readonly SecondHopAttack[] = [
  ...[
    ['cut to nothing', ''],
    ['another one', 'read:other'],
    ['in upper case', 'READ:PRIVATE'],
    ['a longer one', 'read:privately'],
    ['another one in a list', ['read:other']],
    ['null', null],
    ['everything', '*'],
  ].map(([name, scope]) =>
    issued(`the scope: ${String(name)}`, SCOPE_NARROWED, { claims: { scope } }),
  ),
  ...MALFORMED_SCOPES.flatMap(([name, value]) =>
    ['scope', 'scp'].map((claim) =>
      issued(`[S6] the ${claim}: ${name}`, rejectedAs('claim_malformed'), {
        claims: { scope: undefined, [claim]: value },
      }),
    ),
  ),
  issued('the scope: no claim, and nothing said in the answer', SCOPE_NARROWED, {
    claims: { scope: undefined },
  }),
  issued('the scope: in a claim of another name', SCOPE_NARROWED, {
    claims: { scope: undefined, permissions: ['read:private'], scopes: 'read:private' },
  }),
]
