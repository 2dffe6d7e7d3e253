import { describe, expect, test } from 'vitest'
import { idsIn, titlesIn, titlesOfAllTests } from './helpers/test-titles.js'

/**
 * The duties of an MCP server that is a resource server, by id. A test proves a duty by carrying its id in
 * its title: `[RS12] a token in the query is refused`. R25 and R26 are the revisions 2025-11-25 and 2026-07-28.
 */
const INBOUND: Readonly<Record<string, string>> = {
  RS01: 'serves protected-resource metadata with at least one authorization server',
  RS02: 'metadata is found through the challenge and at both well-known addresses',
  RS03: 'the 401 challenge carries a scope',
  RS04: 'the resource identifier has no trailing slash; host case does not matter',
  RS05: 'offline_access appears in no challenge and not in scopes_supported',
  RS06: 'scopes_supported is a small baseline',
  RS07: 'every access token is validated before anything else',
  RS08: 'a token that does not name this server is refused',
  RS09: 'an invalid or expired token is 401',
  RS12: 'authorization on every request, in the header only',
  RS13: 'plain http to the authorization server is refused',
  RS14: 'no data reaches another party',
  RS15: '401, 403 and 400 mean what they should',
  RS16: 'insufficient scope is 403 with error, scope and resource_metadata',
  RS17: 'one strategy for the scopes in a challenge',
  RS19: 'all scopes of the operation in one challenge',
  RS20: 'scope hierarchies count',
  RS21: 'Origin and Host are validated',
  RS22: 'R25: an unsupported protocol version is 400',
  RS23: 'R26: headers equal the body, unknown version and method are refused',
  RS24: 'R26: Mcp-Param headers equal the body, Base64 included',
  RS25: 'R26: a client that closes its stream or connection has cancelled: the work stops',
  RS26: 'R26: server/discover answers',
  RS27: 'the decision about a tool is the same for R26 and R25',
  RS28: 'R26: tools/list does not vary by connection and has an order',
  RS29: 'R26: ttlMs and cacheScope on lists',
  RS30: 'inputs are validated, callers are limited',
  RS31: 'structured results match the output schema',
  RS32: 'R25: a session is no sign-in, is bound to its user and cannot be guessed',
  RS36: 'tokens issued for others are not accepted',
  RS37: 'no authorization server is proxied',
  RS40: 'elevation is logged, scopes are not the only authorization',
  RS41: 'a local server listens on loopback',
  RS45: 'refuses to start without audience, issuer and https',
}

const RS = /RS\d{2}/

describe('the resource-server checklist, inbound', () => {
  const proven = idsIn(titlesOfAllTests(['requirements.test.ts']), RS)

  test.each(Object.entries(INBOUND))('%s has a test: %s', (id) => {
    expect(proven.has(id), `no test carries [${id}] in its title`).toBe(true)
  })

  test('an id whose only tests are skipped, left to do or in a skipped group has none', () => {
    const found = idsIn(
      titlesIn(`
        test('[RS01] runs', () => {})
        test.each([1])('[RS02] [RS03] runs for %i', () => {})
        test.skip('[RS04] is skipped', () => {})
        test.todo('[RS05] is left to do')
        describe.skip('a group', () => { test('[RS06] is in a skipped group', () => {}) })
        test('RS07 without brackets', () => {})
      `),
      RS,
    )
    expect([...found]).toEqual(['RS01', 'RS02', 'RS03'])
  })
})
