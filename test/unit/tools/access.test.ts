import { describe, expect, test } from 'vitest'
import type { AccessPolicy } from '../../../src/tools/access-policy.js'
import { createToolAccess } from '../../../src/tools/access.js'
import { createToolRegistry } from '../../../src/tools/registry.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'
import { callerOf } from '../../helpers/exchange-requests.js'

const TOOLS: readonly ToolRequirements[] = [
  { name: 'time', requiredScopes: [] },
  { name: 'greet', requiredScopes: ['tool:greet'] },
  {
    name: 'delete',
    requiredScopes: ['tool:greet', 'tool:delete'],
    downstream: { api: 'api', scopes: ['delete:all'], stepUp: ['tool:admin'] },
  },
]

const accessWith = (policy: AccessPolicy = {}, tools = TOOLS) =>
  createToolAccess(createToolRegistry(tools), policy)

const holding = (...scopes: string[]) => callerOf({ scopes })

describe('the decision about the tools of one request', () => {
  test('the decision about the tools of one request allows what the scopes of the token cover, all named tools together', () => {
    const access = accessWith()
    expect(access.decide([], holding())).toMatchObject({ kind: 'allowed' })
    expect(access.decide(['time'], holding())).toMatchObject({ kind: 'allowed' })
    expect(access.decide(['time', 'greet'], holding('tool:greet')).kind).toBe('allowed')
    expect(access.decide(['greet', 'delete'], holding('tool:greet', 'tool:delete')).kind).toBe(
      'allowed',
    )
  })

  test('the decision about the tools of one request asks for all scopes of the operation and those that the token has', () => {
    expect(accessWith().decide(['time', 'delete'], holding('other', 'tool:greet'))).toEqual({
      kind: 'step_up',
      tools: ['time', 'delete'],
      missing: ['tool:delete'],
      scopes: ['tool:greet', 'tool:delete', 'other'],
    })
  })

  test('the decision about the tools of one request asks for the scopes of the operation alone where the policy says so', () => {
    const decision = accessWith({ stepUpScopes: 'required' }).decide(['greet'], holding('other'))
    expect(decision).toMatchObject({ kind: 'step_up', scopes: ['tool:greet'] })
  })

  test('the decision about the tools of one request refuses for good what a step-up would unlock, where no client can ask for more', () => {
    expect(accessWith({ stepUpScopes: 'none' }).decide(['greet'], holding('other'))).toEqual({
      kind: 'never',
      tools: ['greet'],
      missing: ['tool:greet'],
    })
  })

  test('the decision about the tools of one request repeats up to 2000 characters of scopes; beyond, those of this server alone', () => {
    const access = accessWith()
    const filler = (length: number) => 'x'.repeat(length - 'tool:delete '.length)
    const askedWith = (length: number) => {
      const decision = access.decide(['greet'], holding('tool:delete', filler(length)))
      return 'scopes' in decision ? decision.scopes : []
    }
    expect(askedWith(2_000)).toEqual(['tool:greet', 'tool:delete', filler(2_000)])
    expect(askedWith(2_001)).toEqual(['tool:greet', 'tool:delete'])
  })

  test('the decision about the tools of one request has no opinion on names that are no tools of ours, and names them', () => {
    const access = accessWith()
    expect(access.decide(['Greet', 'toString'], holding())).toMatchObject({ kind: 'allowed' })
    expect(access.decide(['Greet', 'greet'], holding())).toMatchObject({ tools: ['greet'] })
    expect(access.undeclared(['greet', 'Greet', 'time', 'toString'])).toEqual(['Greet', 'toString'])
    expect(access.undeclared(['greet', 'time'])).toEqual([])
  })
})

describe('the claim that decides', () => {
  const greets = { scopes: ['tool:greet'] }

  test.each<
    [NonNullable<AccessPolicy['authorizationClaims']>, readonly string[] | undefined, string]
  >([
    ['both', undefined, 'allowed'],
    ['both', ['tool:greet'], 'allowed'],
    ['both', [], 'never'],
    ['scope', [], 'allowed'],
    ['permissions', undefined, 'never'],
    ['permissions', [], 'never'],
    ['permissions', ['tool:greet'], 'allowed'],
  ])(
    'the claim that decides is %s: a token with the scope and the permissions %j is %s',
    (claims, permissions, kind) => {
      const caller = callerOf(permissions === undefined ? greets : { ...greets, permissions })
      expect(accessWith({ authorizationClaims: claims }).decide(['greet'], caller).kind).toBe(kind)
    },
  )

  test('the claim that decides is permissions: scopes that are missing do not matter', () => {
    const caller = callerOf({ scopes: [], permissions: ['tool:greet'] })
    expect(accessWith({ authorizationClaims: 'permissions' }).decide(['greet'], caller).kind).toBe(
      'allowed',
    )
    expect(accessWith({ authorizationClaims: 'both' }).decide(['greet'], caller).kind).toBe(
      'step_up',
    )
  })

  test('the claim that decides tells which permission is missing, not which the user has', () => {
    const caller = callerOf({ scopes: [], permissions: ['tool:greet'] })
    expect(accessWith().decide(['delete'], caller)).toEqual({
      kind: 'never',
      tools: ['delete'],
      missing: ['tool:delete'],
    })
  })
})

describe('the hierarchy of scopes', () => {
  const hierarchy = { 'tool:root': ['tool:admin'], 'tool:admin': ['tool:greet', 'tool:root'] }

  test('the hierarchy of scopes grants at any depth, in scopes and in permissions, and ends where it goes in circles', () => {
    const access = accessWith({ scopeHierarchy: hierarchy })
    const caller = callerOf({ scopes: ['tool:root'], permissions: ['tool:root'] })
    expect(access.decide(['greet'], caller).kind).toBe('allowed')
    expect(access.decide(['delete'], caller)).toMatchObject({
      kind: 'never',
      missing: ['tool:delete'],
    })
  })

  test('the hierarchy of scopes is not asked for names that every object has', () => {
    const caller = holding('constructor', 'toString', '__proto__')
    expect(accessWith({ scopeHierarchy: hierarchy }).decide(['greet'], caller).kind).toBe('step_up')
  })
})

describe('the tools that are listed for a caller', () => {
  const names = (policy: AccessPolicy, ...scopes: string[]) =>
    accessWith(policy)
      .visibleTo(holding(...scopes))
      .map(({ name }) => name)

  test('the tools that are listed for a caller are those that the caller may use', () => {
    expect(names({ lockedTools: 'hide' })).toEqual(['time'])
    expect(names({}, 'tool:greet')).toEqual(['greet', 'time'])
  })

  test('the tools that are listed for a caller are those that a step-up unlocks too, where the token has no scope of this server', () => {
    expect(names({}, 'openid')).toEqual(['delete', 'greet', 'time'])
    expect(names({ stepUpScopes: 'none' }, 'openid')).toEqual(['time'])
    const scopeHierarchy = { 'tool:admin': ['tool:greet'] }
    expect(names({ scopeHierarchy }, 'tool:admin')).toEqual(['greet', 'time'])
  })

  test('the tools that are listed for a caller are those that a step-up unlocks too, where the policy shows them', () => {
    expect(names({ lockedTools: 'show' })).toEqual(['delete', 'greet', 'time'])
    expect(names({ lockedTools: 'show', stepUpScopes: 'none' })).toEqual(['time'])
  })
})

describe('the scopes of the server', () => {
  test('the scopes of the server are those of the tools, of their step-ups and of the hierarchy, each once', () => {
    const { scopes } = accessWith({ scopeHierarchy: { 'tool:all': ['tool:greet', 'tool:other'] } })
    expect([...scopes].sort()).toEqual(
      ['tool:admin', 'tool:all', 'tool:delete', 'tool:greet', 'tool:other'].sort(),
    )
    expect(accessWith({}, TOOLS.slice(0, 2)).scopes).toEqual(['tool:greet'])
  })

  test('the scopes of the server are known to a token that has one of those that tools require', () => {
    const access = accessWith({ scopeHierarchy: { 'tool:all': ['tool:delete'] } })
    expect(access.knowsAnyScopeOf(holding('tool:greet'))).toBe(true)
    expect(access.knowsAnyScopeOf(holding('tool:all'))).toBe(true)
    expect(access.knowsAnyScopeOf(holding('openid'))).toBe(false)
    expect(access.knowsAnyScopeOf(holding())).toBe(false)
  })

  test('the scopes of the server are known to every token where no tool requires one', () => {
    const access = accessWith({}, TOOLS.slice(0, 1))
    expect(access.knowsAnyScopeOf(holding())).toBe(true)
  })
})
