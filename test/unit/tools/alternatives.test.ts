import { describe, expect, test } from 'vitest'
import type { Caller } from '../../../src/identity/caller.js'
import type { AccessPolicy } from '../../../src/tools/access-policy.js'
import { createToolAccess } from '../../../src/tools/access.js'
import { offeredTools } from '../../../src/tools/offered-tools.js'
import { createToolRegistry } from '../../../src/tools/registry.js'
import { requiredScopesOf } from '../../../src/tools/required-scopes.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'

const BOOKINGS: ToolRequirements = {
  name: 'bookings',
  requiredScopes: ['mcp:use'],
  downstream: { api: 'api', scopes: ['base'] },
  alternatives: [
    { server: ['own:read'], api: ['own'] },
    { server: ['all:read', 'all:audit'], api: ['all', 'audit'] },
  ],
}

function caller(scopes: readonly string[], permissions?: readonly string[]): Caller {
  return {
    ...{ issuer: 'https://issuer.example/', subject: 'alice', clientId: 'c', scopes, permissions },
    expiresAtSeconds: 4_000_000_000,
  }
}

function decide(of: Caller, policy: AccessPolicy = {}) {
  const access = createToolAccess(createToolRegistry([BOOKINGS]), policy)
  const decision = access.decide(['bookings'], of)
  return decision.kind === 'allowed'
    ? { kind: decision.kind, granted: decision.granted.get('bookings') }
    : decision
}

describe('a tool with alternatives', () => {
  test('a tool is allowed on the first alternative that the token covers, with what every call needs', () => {
    expect(decide(caller(['mcp:use', 'all:read', 'all:audit', 'own:read']))).toEqual({
      kind: 'allowed',
      granted: { server: ['mcp:use', 'own:read'], api: ['base', 'own'] },
    })
    expect(decide(caller(['mcp:use', 'all:read', 'all:audit']))).toEqual({
      kind: 'allowed',
      granted: { server: ['mcp:use', 'all:read', 'all:audit'], api: ['base', 'all', 'audit'] },
    })
  })

  test('halves of two alternatives are no whole one', () => {
    expect(decide(caller(['mcp:use', 'all:read']))).toEqual({
      ...{ kind: 'step_up', tools: ['bookings'], missing: ['own:read'] },
      scopes: ['mcp:use', 'own:read', 'all:read'],
    })
  })

  test('what every call needs is needed in each alternative', () => {
    expect(decide(caller(['own:read']))).toMatchObject({ kind: 'step_up', missing: ['mcp:use'] })
  })

  test('an alternative that the permissions of the user rule out is passed over', () => {
    const permissions = ['mcp:use', 'all:read', 'all:audit']
    expect(decide(caller(['mcp:use', 'own:read'], permissions))).toMatchObject({
      ...{ kind: 'step_up', missing: ['all:read', 'all:audit'] },
    })
    expect(decide(caller(permissions, permissions))).toMatchObject({
      ...{ kind: 'allowed', granted: { api: ['base', 'all', 'audit'] } },
    })
  })

  test('permissions that rule out every alternative leave none to ask for', () => {
    expect(decide(caller(['mcp:use', 'own:read'], ['mcp:use', 'all:read']))).toEqual({
      ...{ kind: 'never', tools: ['bookings'], missing: ['own:read'] },
    })
  })

  test('permissions alone choose the alternative where they alone decide', () => {
    const policy = { authorizationClaims: 'permissions' } as const
    expect(decide(caller([], ['mcp:use', 'all:read', 'all:audit']), policy)).toMatchObject({
      ...{ kind: 'allowed', granted: { api: ['base', 'all', 'audit'] } },
    })
    expect(decide(caller([], ['mcp:use']), policy).kind).toBe('never')
  })

  test('a scope that includes others covers an alternative', () => {
    const policy = { scopeHierarchy: { admin: ['mcp:use', 'all:read', 'all:audit'] } }
    expect(decide(caller(['admin']), policy)).toMatchObject({
      granted: { api: ['base', 'all', 'audit'] },
    })
  })

  test('a tool is listed where an alternative is covered, or could be', () => {
    const registry = createToolRegistry([BOOKINGS])
    const shown = (policy: AccessPolicy, of: Caller) =>
      createToolAccess(registry, policy).visibleTo(of).length
    expect(shown({}, caller(['mcp:use', 'own:read']))).toBe(1)
    expect(shown({}, caller(['mcp:use']))).toBe(0)
    expect(shown({ lockedTools: 'show' }, caller(['mcp:use']))).toBe(1)
    expect(shown({ lockedTools: 'show', stepUpScopes: 'none' }, caller(['mcp:use']))).toBe(0)
    expect(shown({ lockedTools: 'show' }, caller(['mcp:use'], ['mcp:use']))).toBe(0)
  })

  test('the scopes that are asked for at sign-in are those of the first alternative', () => {
    expect(requiredScopesOf([BOOKINGS])).toEqual(['mcp:use', 'own:read'])
  })

  test('the scopes of the server have those of every alternative', () => {
    const { scopes } = createToolAccess(createToolRegistry([BOOKINGS]))
    expect(scopes).toEqual(['mcp:use', 'own:read', 'all:read', 'all:audit'])
  })

  test('alternatives beyond the ceiling of the exchange are left out, and a tool without any other is withheld', () => {
    const { tools } = offeredTools([BOOKINGS], ['base', 'all', 'audit'])
    expect(tools[0]?.alternatives).toEqual([
      { server: ['all:read', 'all:audit'], api: ['all', 'audit'] },
    ])
    expect(offeredTools([BOOKINGS], ['base', 'all']).withheld).toEqual([
      { name: 'bookings', missing: ['own'] },
    ])
    expect(offeredTools([BOOKINGS], ['own']).withheld).toEqual([
      { name: 'bookings', missing: ['base'] },
    ])
  })
})
