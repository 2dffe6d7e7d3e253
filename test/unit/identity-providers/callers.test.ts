import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import {
  callerFromClaims,
  userKeyOf,
  type Caller,
  type CallerPolicy,
  type Claims,
} from '../../../src/identity/caller.js'
import { IDENTITY_PROVIDER_NAMES } from '../../../src/identity-providers/identity-provider.js'
import type { IdentityProviderName } from '../../../src/identity-providers/identity-provider.js'
import { IDENTITY_PROVIDERS } from '../../../src/identity-providers/identity-providers.js'
import { failureThrownBy } from '../outcomes.js'
import { COMMON, MACHINES, OTHER_TENANT, PERSONS, TENANT, USER_ID } from './persons.js'

function callerOf(name: IdentityProviderName, claims: Claims, policy: CallerPolicy = {}): Caller {
  const { claims: claimProfile } = IDENTITY_PROVIDERS[name]
  return callerFromClaims({ ...COMMON, ...claims }, { claimProfile, ...policy })
}

function refusalOf(name: IdentityProviderName, claims: Claims, policy: CallerPolicy = {}) {
  return failureThrownBy(() => callerOf(name, claims, policy)).details
}

/** `__proto__` as a member like any other, as JSON has it. */
function ownProto(value: string): Claims {
  return Object.fromEntries([['__proto__', value]])
}

describe('people and machines, by identity provider', () => {
  test.each(PERSONS)('%s: %s is let in with the scopes of the token', (name, _what, claims) => {
    expect(callerOf(name, claims).scopes).toContain('tool:greet')
  })

  test.each(PERSONS)(
    '%s: %s is let in by the profile of no provider as well',
    (_name, _what, claims) => {
      expect(callerOf('generic', claims).scopes).toContain('tool:greet')
    },
  )

  test.each(MACHINES)('%s: %s is refused by every profile', (_name, _what, claims) => {
    for (const name of IDENTITY_PROVIDER_NAMES) {
      expect([name, refusalOf(name, claims).reason]).toEqual([name, 'machine_token'])
    }
  })

  test.each(MACHINES)(
    '%s: %s is refused whatever claim is to name the client',
    (name, _what, claims) => {
      const policy = { clientClaim: 'app_displayname', subjectClaims: ['sub'] }
      expect(refusalOf(name, { app_displayname: 'x', ...claims }, policy).reason).toBe(
        'machine_token',
      )
    },
  )
})

describe('who a user is', () => {
  const ENTRA = { sub: 'pairwise', oid: USER_ID, tid: TENANT, azp: 'c', scp: 'a' }
  const OKTA = { sub: 'alice@example.com', uid: '00u1', cid: '0oa1', scp: ['a'] }

  test('a user of Entra ID is known by oid and tid, and is of the organization tid', () => {
    const caller = callerOf('entra', { ...ENTRA, org_id: 'org_1' })
    expect(caller.subjectClaims).toEqual({ oid: USER_ID, tid: TENANT })
    expect([caller.subject, caller.organization]).toEqual(['pairwise', TENANT])
  })

  test('a user of Okta is known by uid', () => {
    expect(callerOf('okta', OKTA).subjectClaims).toEqual({ uid: '00u1' })
  })

  test('a user is known by sub where no claim is named, and is never the same as everybody', () => {
    for (const subjectClaims of [[], ['sub', 'sub']]) {
      const caller = callerOf('generic', ENTRA, { subjectClaims })
      expect([caller.subject, caller.subjectClaims]).toEqual(['pairwise', undefined])
    }
  })

  test('a user is known by claims whose names every object has', () => {
    const claims: Claims = JSON.parse('{"__proto__":"alice","constructor":"smith"}') as Claims
    const policy = { subjectClaims: ['__proto__', 'constructor'] }
    const [alice, bob] = ['alice', 'bob'].map((name) =>
      callerOf('generic', { ...ENTRA, ...claims, ...ownProto(name) }, policy),
    )
    expect(Object.entries(alice?.subjectClaims ?? {})).toEqual([
      ['__proto__', 'alice'],
      ['constructor', 'smith'],
    ])
    expect(alice && bob && userKeyOf(alice) === userKeyOf(bob)).toBe(false)
    expect(refusalOf('generic', ENTRA, policy).reason).toBe('subject_missing')
  })

  test('a user of another identity provider is known by sub alone', () => {
    expect(callerOf('generic', ENTRA).subjectClaims).toBeUndefined()
  })

  test.each<[IdentityProviderName, Claims]>([
    ['entra', { ...ENTRA, oid: undefined }],
    ['entra', { ...ENTRA, oid: null }],
    ['entra', { ...ENTRA, oid: ' ' }],
    ['entra', { ...ENTRA, oid: [USER_ID] }],
    ['entra', { ...ENTRA, tid: undefined }],
  ])('%s: a token that does not name the user is refused (%o)', (name, claims) => {
    expect(refusalOf(name, claims).reason).toBe('subject_missing')
  })

  test('a token of Okta without uid is refused, also where another claim marks users', () => {
    const claims = { ...OKTA, uid: undefined, email: 'alice@example.com' }
    expect(refusalOf('okta', claims).reason).toBe('machine_token')
    expect(refusalOf('okta', claims, { userClaim: 'email' }).reason).toBe('subject_missing')
  })

  test('a token of Entra ID without scopes is a machine’s, and a malformed org_id is refused there too', () => {
    expect(refusalOf('entra', { ...ENTRA, scp: undefined }).reason).toBe('machine_token')
    expect(refusalOf('entra', { ...ENTRA, org_id: 5 }).reason).toBe('organization_malformed')
  })

  test('a user has one key by whichever client of Entra ID, and no other user has it', () => {
    const key = (claims: Claims): string => userKeyOf(callerOf('entra', { ...ENTRA, ...claims }))
    expect(key({ sub: 'other', azp: 'd' })).toBe(key({}))
    expect(key({ oid: OTHER_TENANT })).not.toBe(key({}))
    expect(key({ tid: OTHER_TENANT })).not.toBe(key({}))
    expect(key({ iss: 'https://other.example/' })).not.toBe(key({}))
  })

  test('a token of one tenant in the name of the issuer of another is refused', () => {
    const tenants = { [COMMON.iss]: TENANT }
    expect(callerOf('entra', ENTRA, { tenants }).organization).toBe(TENANT)
    expect(refusalOf('entra', { ...ENTRA, tid: OTHER_TENANT }, { tenants }).reason).toBe(
      'issuer_mismatch',
    )
  })

  test('claims of one’s own name the user and the client in place of those of the profile', () => {
    const claims = { ...ENTRA, employee: 'e1', app: 'app-1' }
    const caller = callerOf('entra', claims, { subjectClaims: ['employee'], clientClaim: 'app' })
    expect([caller.subjectClaims, caller.clientId]).toEqual([{ employee: 'e1' }, 'app-1'])
  })

  test('scopes are read with the Application ID URI in front and without', () => {
    const scopePrefix = 'https://mcp.example.com/mcp'
    const scopesOf = (scp: string) => callerOf('entra', { ...ENTRA, scp }, { scopePrefix }).scopes
    expect(scopesOf('tool:greet')).toEqual(['tool:greet'])
    expect(scopesOf(`${scopePrefix}/tool:greet`)).toEqual(['tool:greet'])
    expect(scopesOf(`${scopePrefix}x/tool:greet TOOL:greet`)).toEqual([
      `${scopePrefix}x/tool:greet`,
      'TOOL:greet',
    ])
  })
})

const text = fc.constantFrom(
  'alice',
  USER_ID,
  TENANT,
  'm@clients',
  'agt_1',
  'c',
  'tool:greet',
  '',
  ' ',
)
const anything = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 5, true, {}, [], ['c'], ['a', 5]) },
)
const NAMES = [
  ...['sub', 'oid', 'tid', 'uid', 'azp', 'cid', 'appid', 'client_id', 'scope', 'scp', 'org_id'],
  ...['idtyp', 'gty', 'sub_profile', 'preferred_username', 'roles', 'permissions', 'act', 'cnf'],
]
/** A person's token with a few claims in another way. */
const claimSets = fc
  .tuple(
    fc.constantFrom(...PERSONS.map(([, , claims]) => claims)),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), anything), { maxLength: 3 }),
  )
  .map(([claims, changes]): Claims => ({ ...claims, ...Object.fromEntries(changes) }))

function isLetIn(name: IdentityProviderName, claims: Claims): boolean {
  try {
    callerOf(name, claims)
    return true
  } catch (error) {
    if (error instanceof OnBehalfOfError) return false
    throw error
  }
}

test('no claims get in by the profile of an identity provider that do not get in by none', () => {
  let letIn = 0
  fc.assert(
    fc.property(claimSets, fc.constantFrom(...IDENTITY_PROVIDER_NAMES), (claims, name) => {
      if (!isLetIn(name, claims)) return
      letIn += 1
      expect(isLetIn('generic', claims)).toBe(true)
    }),
    { numRuns: 4_000 },
  )
  expect(letIn).toBeGreaterThan(200)
})

/** What a deployment may set; none of it opens what is closed without. */
const policies = fc.record(
  {
    userClaim: fc.constantFrom('scp', 'uid', 'email', 'sub'),
    clientClaim: fc.constantFrom('azp', 'app', 'sub', 'oid'),
    subjectClaims: fc.constantFrom(['sub'], ['oid', 'tid'], ['uid'], ['app']),
    scopeClaim: fc.constantFrom('scope', 'scp', 'roles', 'app'),
    scopePrefix: fc.constantFrom('api://other', 'https://mcp.example/mcp'),
    ignorePermissions: fc.boolean(),
  },
  { requiredKeys: [] },
)

const profiles = fc.constantFrom(...IDENTITY_PROVIDER_NAMES)

test('a machine gets in by no profile and no setting, whichever claims of a person stand beside its own', () => {
  let withMarks = 0
  const people = fc.constantFrom(...PERSONS.map(([, , claims]) => claims))
  const machines = fc.constantFrom(...MACHINES.map(([, , claims]) => claims))
  fc.assert(
    fc.property(people, machines, policies, profiles, (person, machine, policy, name) => {
      // An app of Entra ID that does not say so is known by what it lacks.
      const lacks = machine['idtyp'] === undefined && machine['oid'] !== undefined
      const scopes = lacks ? { scp: machine['scp'] } : {}
      const claims = { app: 'x', email: 'a@example.com', ...person, ...machine, ...scopes }
      const refusal = failureThrownBy(() => callerOf(name, claims, policy))
      expect(refusal.code).toBe('invalid_token')
      if (refusal.details.reason === 'machine_token') withMarks += 1
    }),
    { numRuns: 4_000 },
  )
  expect(withMarks).toBeGreaterThan(3_000)
})

test('profiles that let the same claims in read the same rights, client and chain out of them', () => {
  let compared = 0
  fc.assert(
    fc.property(claimSets, profiles, profiles, (claims, one, other) => {
      if (!isLetIn(one, claims) || !isLetIn(other, claims)) return
      compared += 1
      const rightsOf = (name: IdentityProviderName) => {
        const { scopes, permissions, clientId, delegation, binding, subject } = callerOf(
          name,
          claims,
        )
        return { scopes, permissions, clientId, delegation, binding, subject }
      }
      expect(rightsOf(one)).toEqual(rightsOf(other))
    }),
    { numRuns: 4_000 },
  )
  expect(compared).toBeGreaterThan(200)
})

test('two tokens are of one user by a profile only where every claim that names the user is the same', () => {
  let same = 0
  const changes = fc.array(fc.tuple(fc.constantFrom(...NAMES), anything), { maxLength: 2 })
  const people = fc.constantFrom(...PERSONS.map(([, , claims]) => claims))
  fc.assert(
    fc.property(people, changes, changes, profiles, (person, first, second, name) => {
      const [a, b] = [first, second].map((changed) => ({
        ...person,
        ...Object.fromEntries(changed),
      }))
      if (a === undefined || b === undefined || !isLetIn(name, a) || !isLetIn(name, b)) return
      if (userKeyOf(callerOf(name, a)) !== userKeyOf(callerOf(name, b))) return
      same += 1
      for (const claim of IDENTITY_PROVIDERS[name].claims.subjectClaims) {
        expect((a as Claims)[claim]).toBe((b as Claims)[claim])
      }
    }),
    { numRuns: 4_000 },
  )
  expect(same).toBeGreaterThan(200)
})
