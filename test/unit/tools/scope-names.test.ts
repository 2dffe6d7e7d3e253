import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scopePrefix, withoutPrefix } from '../../../src/scopes.js'
import { createScopeNames } from '../../../src/tools/scope-names.js'

const own = ['tool:whoami', 'tool:greet']

describe('scopes with a prefix', () => {
  test.each([
    ['https://mcp.test/mcp', 'https://mcp.test/mcp/tool:whoami'],
    ['https://mcp.test/mcp/', 'https://mcp.test/mcp/tool:whoami'],
    ['api://1111-2222', 'api://1111-2222/tool:whoami'],
    ['urn:example:', 'urn:example:tool:whoami'],
    ['mcp.', 'mcp.tool:whoami'],
  ])('[case 4] a scope under the prefix %s is asked for as %s', (prefix, named) => {
    expect(createScopeNames({ prefix, own })(['tool:whoami'])).toEqual([named])
    expect(withoutPrefix([named], prefix)).toEqual(['tool:whoami'])
  })

  test('[case 4] sign-in scopes stay as they are, and scopes of others are left out', () => {
    const names = createScopeNames({ prefix: 'api://id', own })
    expect(names(['openid', 'tool:greet', 'offline_access', 'User.Read'])).toEqual([
      'openid',
      'api://id/tool:greet',
      'offline_access',
    ])
    expect(names(names(own))).toEqual(names(own))
  })

  test('scopes with a prefix without a prefix every scope stays as it is', () => {
    expect(createScopeNames({ own })(['a', 'openid'])).toEqual(['a', 'openid'])
    expect(withoutPrefix(['a', 'openid'], undefined)).toEqual(['a', 'openid'])
  })

  test('both spellings in one token are one scope, and a prefix alone is none of ours', () => {
    expect(withoutPrefix(['api://id/a', 'a', 'api://id/', 'api://id'], 'api://id')).toEqual([
      'a',
      'api://id/',
      'api://id',
    ])
  })

  test('what is asked for under a prefix is what a token with it has', () => {
    const token = fc.stringMatching(/^[!#-[\]-~]{1,12}$/)
    fc.assert(
      fc.property(token, fc.uniqueArray(token), (prefix, scopes) => {
        const ours = scopes.filter((scope) => !scope.startsWith(scopePrefix(prefix)))
        const named = createScopeNames({ prefix, own: ours })(ours)
        expect(withoutPrefix(named, prefix)).toEqual(ours)
      }),
    )
  })
})
