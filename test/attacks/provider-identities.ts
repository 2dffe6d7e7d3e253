import type { Dialect } from '../helpers/dialects/dialect.js'
import type { Claims } from '../helpers/dialects/provider-stand.js'
import { OTHER_TENANT } from '../unit/identity-providers/persons.js'
import { issuing, rejectedAs, type ProviderAttack, type ProviderHop } from './provider-attack.js'

const SUBJECT = rejectedAs('subject')
const ISSUER = rejectedAs('issuer')

/** The claims of a good token for the API, of the user or of somebody else. */
function claimsOf({ stack, user, stranger }: ProviderHop, whose: 'user' | 'stranger'): Claims {
  return stack.dialect.issued(stack.world, whose === 'user' ? user : stranger)
}

/** Every way in which a claim that names the user can be wrong. */
function swapped(claim: string): readonly ProviderAttack[] {
  const own = (hop: ProviderHop): string => String(claimsOf(hop, 'user')[claim])
  const values: readonly (readonly [string, (hop: ProviderHop) => unknown])[] = [
    ["somebody else's", (hop) => `${String(claimsOf(hop, 'stranger')[claim])}1`],
    ['missing', () => undefined],
    ['null', () => null],
    ['empty', () => ''],
    ['in a list', (hop) => [own(hop)]],
    ['in a list with another', (hop) => [own(hop), 'another']],
    ['an object', (hop) => ({ [own(hop)]: true })],
    ['true', () => true],
    ['with a blank behind it', (hop) => `${own(hop)} `],
    ['with a letter in front of it', (hop) => `x${own(hop)}`],
  ]
  return values.map(([name, value]) =>
    issuing(`${claim}: ${name}`, SUBJECT, (hop) => ({ claims: { [claim]: value(hop) } })),
  )
}

/** Tokens of somebody else. */
export function userAttacks({ userClaims, provider }: Dialect): readonly ProviderAttack[] {
  return [
    ...userClaims.flatMap(swapped),
    issuing('the token of another user', SUBJECT, (hop) => ({
      claims: claimsOf(hop, 'stranger'),
    })),
    issuing('sub: missing', SUBJECT, { claims: { sub: undefined } }),
    issuing(`no claim but sub, which is the user's at our side`, SUBJECT, (hop) => {
      const { sub } = hop.stack.dialect.subject(hop.stack.world, hop.user)
      const isAlone = userClaims.length === 1 && userClaims[0] === 'sub'
      return {
        claims: {
          ...Object.fromEntries(userClaims.map((claim) => [claim, undefined])),
          sub: isAlone ? `${String(sub)}1` : sub,
        },
      }
    }),
    issuing(`the user's sub at our side, with the claims of another user`, SUBJECT, (hop) => {
      const { sub } = hop.stack.dialect.subject(hop.stack.world, hop.user)
      const other = claimsOf(hop, 'stranger')
      const isAlone = userClaims.length === 1 && userClaims[0] === 'sub'
      return { claims: isAlone ? other : { ...other, sub } }
    }),
    ...organizationAttacks(provider),
  ]
}

function organizationAttacks(provider: Dialect['provider']): readonly ProviderAttack[] {
  if (provider === 'entra') {
    return [
      issuing('tid: another tenant whose users may call', SUBJECT, {
        claims: { tid: OTHER_TENANT },
      }),
      issuing('the tenant in capitals', SUBJECT, (hop) => ({
        claims: { tid: `{${String(claimsOf(hop, 'user')['tid'])}}`.toUpperCase() },
      })),
    ]
  }
  return [
    issuing('another organization', rejectedAs('organization'), { claims: { org_id: 'org_2' } }),
    issuing('an organization in a list', rejectedAs('claim_malformed'), {
      claims: { org_id: ['org_1'] },
    }),
  ]
}

/** Answers in the name of another issuer of the same host, signed with the same key, under the same kid. */
export function issuerAttacks(dialect: Dialect): readonly ProviderAttack[] {
  const { strangers, provider } = dialect
  const own = (hop: ProviderHop): string => hop.stack.stand.issuerAt(pathOf(dialect))
  const names: readonly (readonly [string, (hop: ProviderHop) => unknown])[] = [
    ['missing', () => undefined],
    ['null', () => null],
    ['empty', () => ''],
    ['in a list', (hop) => [own(hop)]],
    ['in capitals', (hop) => own(hop).toUpperCase()],
    ['with a blank behind it', (hop) => `${own(hop)} `],
    ['with another slash behind it', (hop) => `${own(hop)}/`],
    ['with a fragment', (hop) => `${own(hop)}#`],
    ['the same path at another host', () => `https://evil.example${pathOf(dialect)}`],
  ]
  return [
    ...strangers
      .filter((path) => path !== pathOf(dialect))
      .map((path) => issuing(`the issuer at ${path}`, ISSUER, { path })),
    ...names.map(([name, iss]) =>
      issuing(`the issuer: ${name}`, ISSUER, (hop) => ({ claims: { iss: iss(hop) } })),
    ),
    issuing('a key of nobody under the kid of the issuer', rejectedAs('signature'), (hop) => ({
      key: hop.foreignKey,
    })),
    ...(provider === 'entra' ? tenantAttacks(dialect) : []),
  ]
}

/** The tokens of another tenant, in every mixture with those of the user's. */
function tenantAttacks({ strangers }: Dialect): readonly ProviderAttack[] {
  return strangers
    .filter((path) => path.includes(OTHER_TENANT))
    .flatMap((path) => [
      issuing(`the user's oid and the tenant of the issuer at ${path}`, ISSUER, {
        path,
        claims: { tid: OTHER_TENANT },
      }),
      issuing(`a guest with the user's sub, of the issuer at ${path}`, ISSUER, (hop) => ({
        path,
        claims: { ...claimsOf(hop, 'stranger'), tid: OTHER_TENANT, sub: subAtOurSide(hop) },
      })),
    ])
}

function subAtOurSide({ stack, user }: ProviderHop): unknown {
  return stack.dialect.subject(stack.world, user)['sub']
}

function pathOf({ issuerPath, exchangePath = issuerPath, answerPath = exchangePath }: Dialect) {
  return answerPath
}
