import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'

test('[case 30] parseConfig reads how tokens are read, and what holds unless it is set', () => {
  const { resource, callerPolicy, clockToleranceSeconds } = parseConfig(GOOD)
  expect(resource.tokenAudience).toBe(resource.resource)
  expect(resource.toleratedAudiences).toEqual(['client-1'])
  expect(callerPolicy).toEqual({ ignorePermissions: false })
  expect(clockToleranceSeconds).toBe(5)
  const set = parseConfig({
    ...GOOD,
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
