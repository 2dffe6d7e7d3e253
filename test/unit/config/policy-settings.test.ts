import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'
import { issuesOf } from './issues-of.js'

const RULE = 'http://localhost:8181/v1/data/mcp/decision'

describe('the settings of a policy', () => {
  test('say where Open Policy Agent is, and how long it may take', () => {
    const { policy } = parseConfig({
      ...{ ...GOOD, POLICY_URL: `${RULE}?strict-builtin-errors=true` },
      ...{ POLICY_TOKEN: 'abc', POLICY_TIMEOUT_MS: '500' },
    })
    expect(policy?.opa?.url.href).toBe(`${RULE}?strict-builtin-errors=true`)
    expect(policy?.opa?.token?.reveal()).toBe('abc')
    expect(policy?.timeoutMs).toBe(500)
  })

  test('may be absent', () => {
    expect(parseConfig(GOOD).policy).toBeUndefined()
  })

  test.each([
    ['http://opa.example.com/v1/data/mcp/decision', 'must be https'],
    ['https://user:pass@opa.example.com/v1/data/mcp/decision', 'must be a URL without user name'],
    ['https://opa.example.com', 'must be the URL of one rule at the data API'],
    ['https://opa.example.com/v1/data', 'must be the URL of one rule at the data API'],
    ['https://opa.example.com/v1/data/', 'must be the URL of one rule at the data API'],
    ['https://opa.example.com/v0/data/mcp/decision', 'must be the URL of one rule at the data API'],
    ['https://opa.example.com/v1/query', 'must be the URL of one rule at the data API'],
    ['opa:8181/v1/data/mcp', 'must be the URL of one rule'],
  ])('refuse %s', (POLICY_URL, hint) => {
    expect(issuesOf({ ...GOOD, POLICY_URL })).toEqual([
      expect.stringContaining(`POLICY_URL ${hint}`),
    ])
  })

  test('want a URL for a token, and no header in it', () => {
    expect(issuesOf({ ...GOOD, POLICY_TOKEN: 'abc' })).toEqual([
      expect.stringMatching(/^POLICY_URL is missing/),
    ])
    const issues = issuesOf({ ...GOOD, POLICY_URL: RULE, POLICY_TOKEN: 'Bearer abc' })
    expect(issues).toEqual([expect.stringMatching(/^POLICY_TOKEN must be a bearer token/)])
    expect(issues.join()).not.toContain('abc')
  })

  test('let plain http pass in a closed network that shouts', () => {
    const POLICY_URL = 'http://opa:8181/v1/data/mcp/decision'
    const { policy } = parseConfig({ ...GOOD, POLICY_URL, DANGEROUSLY_ALLOW_HTTP: 'true' })
    expect(policy?.opa?.url.href).toBe(POLICY_URL)
  })
})
