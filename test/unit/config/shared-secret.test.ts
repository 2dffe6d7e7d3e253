import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'

const GOOD: Environment = {
  ISSUER_BASE_URL: 'https://login.example.com/',
  AUTH0_AUDIENCE: 'https://mcp.example.com/mcp',
  MCP_AUTH0_CLIENT_ID: 'client-1',
  MCP_AUTH0_CLIENT_SECRET: 'hunter2',
  API_AUTH0_AUDIENCE: 'https://api.example.com/',
  API_BASE_URL: 'https://api.example.com/',
}

const issuesOf = (environment: Environment): readonly object[] => {
  try {
    parseConfig({ ...GOOD, ...environment })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

describe('the secret of the client', () => {
  test.each([
    'https://tenant.eu.auth0.com/',
    'https://login.example.org/',
    'https://auth.example.com/',
    'https://login.example.com.attacker.example/',
    'https://evil-login.example.com/',
    'https://login.example.com/realms/two https://other.example/',
  ])(
    '[S15] the secret of the client is not sent to further issuers on other hosts: %s',
    (ADDITIONAL_ISSUERS) => {
      const [issue, ...more] = issuesOf({ ADDITIONAL_ISSUERS })
      expect(more).toEqual([])
      expect(issue).toMatchObject({ key: 'ADDITIONAL_ISSUERS', value: ADDITIONAL_ISSUERS })
      expect(JSON.stringify(issue)).toContain('DANGEROUSLY_SHARE_CLIENT_SECRET=true')
      expect(JSON.stringify(issue)).not.toContain('hunter2')
    },
  )

  test.each([
    'https://login.example.com/realms/two',
    'https://login.example.com:8443/',
    'https://example.com/',
    'https://eu.login.example.com/ https://us.login.example.com/',
  ])(
    '[S15] the secret of the client may go to further issuers of the same host: %s',
    (ADDITIONAL_ISSUERS) => {
      expect(issuesOf({ ADDITIONAL_ISSUERS })).toEqual([])
    },
  )

  test("[S15] the secret of the client goes to one tenant's several domains by a setting that says what it does", () => {
    const domains = {
      ISSUER_BASE_URL: '',
      AUTH0_DOMAIN: 'tenant.eu.auth0.com',
      ADDITIONAL_ISSUERS: 'https://login.example.com/ https://login.example.org/',
    }
    expect(issuesOf(domains)).toHaveLength(1)
    expect(issuesOf({ ...domains, DANGEROUSLY_SHARE_CLIENT_SECRET: 'true' })).toEqual([])
  })

  test('[S15] the secret of the client is not asked about where a private key proves the client, or one domain alone is asked', () => {
    const ADDITIONAL_ISSUERS = 'https://tenant.eu.auth0.com/'
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const key = { MCP_AUTH0_CLIENT_SECRET: '', MCP_AUTH0_CLIENT_PRIVATE_KEY: pem }
    expect(issuesOf({ ADDITIONAL_ISSUERS, ...key })).toEqual([])
    expect(issuesOf({ ADDITIONAL_ISSUERS, EXCHANGE_CLIENT: 'auth0-api-js' })).toEqual([])
  })
})
