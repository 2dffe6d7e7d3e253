import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'
import type { ConfigIssue } from '../../../src/config/config-error.js'
import { thrownBy } from '../outcomes.js'

const OWN: Environment = {
  ISSUER_BASE_URL: 'https://id.example/realms/one',
  AUTH0_AUDIENCE: 'http://localhost:3001/',
  MCP_AUTH0_CLIENT_ID: 'client-1',
  MCP_AUTH0_CLIENT_SECRET: 'hunter2',
  API_AUTH0_AUDIENCE: 'http://localhost:8787/',
  API_BASE_URL: 'http://localhost:8787/',
}

function issuesOf(environment: Environment): readonly ConfigIssue[] {
  const error = thrownBy(() => parseConfig(environment))
  if (error instanceof ConfigError) return error.issues
  throw new Error('expected a ConfigError', { cause: error })
}

describe('an issuer', () => {
  test.each([
    ['ISSUER_BASE_URL', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
    ['ISSUER_BASE_URL', 'https://login.example/%7Btenant%7D/'],
    ['ADDITIONAL_ISSUERS', 'https://login.example/{tenantid}/v2.0 https://id.example/'],
  ])(
    '[case 22] an issuer that is a template for many tenants is an issue of %s: %s',
    (key, issuer) => {
      expect(issuesOf({ ...OWN, [key]: issuer }).map((issue) => [issue.key, issue.hint])).toEqual([
        [key, expect.stringContaining('the issuer of your own tenant')],
      ])
    },
  )

  test('[case 21] an issuer may have its documents at addresses of one own, over http only where a setting shouts', () => {
    const inside = {
      ISSUER_METADATA_URL: 'http://keycloak:8080/realms/one/.well-known/openid-configuration?a=b',
      JWKS_URL: 'http://keycloak:8080/realms/one/certs',
    }
    expect(issuesOf({ ...OWN, ...inside }).map(({ key }) => key)).toEqual([
      'ISSUER_METADATA_URL',
      'JWKS_URL',
    ])
    const { issuer } = parseConfig({ ...OWN, ...inside, DANGEROUSLY_ALLOW_HTTP: 'true' })
    expect(issuer).toMatchObject({
      primary: OWN['ISSUER_BASE_URL'],
      metadataUrl: inside.ISSUER_METADATA_URL,
      jwksUrl: inside.JWKS_URL,
      dangerouslyAllowHttp: true,
    })
    expect(parseConfig(OWN).issuer).toMatchObject({
      metadataUrl: undefined,
      jwksUrl: undefined,
      dangerouslyAllowHttp: false,
    })
  })
})
