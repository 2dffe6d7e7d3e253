import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'

const QUICKSTART = {
  AUTH0_DOMAIN: 'example.eu.auth0.com',
  AUTH0_AUDIENCE: 'http://localhost:3001/',
  MCP_AUTH0_CLIENT_ID: 'client-1',
  MCP_AUTH0_CLIENT_SECRET: 'hunter2',
  API_AUTH0_AUDIENCE: 'http://localhost:8787/',
  API_BASE_URL: 'http://localhost:8787/',
}

test('[case 30] parseConfig reads how tokens are read, and what holds unless it is set', () => {
  const { resource, callerPolicy, clockToleranceSeconds } = parseConfig(QUICKSTART)
  expect(resource.tokenAudience).toBe(resource.resource)
  expect(resource.toleratedAudiences).toEqual(['client-1'])
  expect(callerPolicy).toEqual({ ignorePermissions: false })
  expect(clockToleranceSeconds).toBe(5)
  const set = parseConfig({
    ...QUICKSTART,
    TOKEN_AUDIENCE: 'guid',
    TOLERATED_AUDIENCES: 'account other',
    USER_CLAIM: 'email',
    SCOPE_CLAIM: 'https://example.com/tools',
    SCOPE_PREFIX: 'api://id',
    CLOCK_TOLERANCE_SECONDS: '0',
  })
  expect(set).toMatchObject({
    resource: {
      resource: 'http://localhost:3001/',
      tokenAudience: 'guid',
      toleratedAudiences: ['client-1', 'account', 'other'],
    },
    callerPolicy: {
      userClaim: 'email',
      scopeClaim: 'https://example.com/tools',
      scopePrefix: 'api://id',
    },
    access: { stepUpScopes: 'none' },
    clockToleranceSeconds: 0,
  })
})
