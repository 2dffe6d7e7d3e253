import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'
import { issuesOf } from './issues-of.js'

const OWN = { CONFIRMATION_CLIENT_ID: 'page-client', CONFIRMATION_CLIENT_SECRET: 'page-secret' }
const ELSEWHERE = { ISSUER_BASE_URL: 'https://login.example/', AUTH0_DOMAIN: undefined }

describe('the settings of the page on which calls are approved', () => {
  test('name no client by default, and none without the page', () => {
    expect(parseConfig(GOOD).confirmation.page).toBeUndefined()
    expect(parseConfig({ ...GOOD, ...OWN }).confirmation.page).toBeUndefined()
    const { page } = parseConfig({ ...GOOD, CONFIRMATION_PAGE: 'fallback' }).confirmation
    expect(page).toEqual({ use: 'fallback', client: undefined })
  })

  test('name a client of its own, whose secret is not printed', () => {
    const { page } = parseConfig({ ...GOOD, ...OWN, CONFIRMATION_PAGE: 'always' }).confirmation
    expect(page).toMatchObject({ use: 'always', client: { id: 'page-client' } })
    expect(page?.client?.secret.reveal()).toBe('page-secret')
    expect(JSON.stringify(page)).not.toContain('page-secret')
  })

  test.each([
    ['CONFIRMATION_CLIENT_ID', 'CONFIRMATION_CLIENT_SECRET'],
    ['CONFIRMATION_CLIENT_SECRET', 'CONFIRMATION_CLIENT_ID'],
  ] as const)('have %s with %s, or neither', (given, missing) => {
    const issues = issuesOf({ ...GOOD, CONFIRMATION_PAGE: 'always', [given]: OWN[given] })
    expect(issues).toEqual([`${missing} is missing, and ${given} is set. Set both, or neither`])
  })

  test('want https, but on this machine', () => {
    const at = (url: string) =>
      issuesOf({ ...GOOD, CONFIRMATION_PAGE: 'fallback', MCP_SERVER_URL: url })
    expect(at('https://mcp.example.com')).toEqual([])
    expect(at('http://127.0.0.1:3001')).toEqual([])
    const [issue] = at('http://mcp.example.com').filter((each) => each.includes('the page'))
    expect(issue).toMatch(/^CONFIRMATION_PAGE needs a server .* over https/)
  })

  test('want a client of the issuer at which people sign in, where tokens are exchanged at another', () => {
    const exchange = {
      ...{ ...GOOD, ...ELSEWHERE, CONFIRMATION_PAGE: 'always' },
      ...{ EXCHANGE_ISSUER: 'https://exchange.example/', MCP_SERVER_URL: 'https://mcp.example' },
    }
    const about = (environment: object) =>
      issuesOf({ ...exchange, ...environment }).filter((each) => each.startsWith('CONFIRMATION'))
    expect(about({})).toEqual([
      expect.stringMatching(/^CONFIRMATION_CLIENT_ID is missing: people sign in at the issuer/),
    ])
    expect(about(OWN)).toEqual([])
    expect(about({ CONFIRMATION_PAGE: 'off' })).toEqual([])
  })
})
