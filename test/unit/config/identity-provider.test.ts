import { describe, expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { issuerLocations, tokenExpectations } from '../../../src/config/token-expectations.js'
import { ENTRA, OTHER, TENANT, V2 } from './entra-settings.js'
import { GOOD } from './good-settings.js'
import { issuesOf } from './issues-of.js'

describe('the identity provider of the settings', () => {
  test.each<[string, Environment, object]>([
    ['AUTH0_DOMAIN', GOOD, { name: 'auth0', by: 'issuer' }],
    ['a custom domain of Auth0', { ...GOOD, AUTH0_DOMAIN: 'login.example.com' }, { name: 'auth0' }],
    ['the issuer', ENTRA, { name: 'entra', by: 'issuer', title: 'Microsoft Entra ID' }],
    [
      'IDENTITY_PROVIDER',
      { ...GOOD, IDENTITY_PROVIDER: 'generic' },
      { name: 'generic', by: 'set', contradicts: 'Auth0' },
    ],
    [
      'nothing',
      { ...GOOD, AUTH0_DOMAIN: undefined, ISSUER_BASE_URL: 'https://login.example.com' },
      { name: 'generic', by: 'issuer', contradicts: undefined },
    ],
  ])('the identity provider follows from %s', (_what, environment, expected) => {
    expect(parseConfig(environment).identityProvider).toMatchObject(expected)
  })

  test('a configuration for Entra ID needs no more than the issuer', () => {
    const config = parseConfig(ENTRA)
    expect(config.resource).toMatchObject({
      resource: 'https://mcp.example.com/mcp',
      tokenAudience: 'client-1',
    })
    expect(config.callerPolicy.scopePrefix).toBe('https://mcp.example.com/mcp')
    expect(config.callerPolicy.claimProfile?.subjectClaims).toEqual(['oid', 'tid'])
    expect(config.exchange.adapter).toBe('rfc7523')
    expect(tokenExpectations(config).issuers).toEqual([V2, `https://sts.windows.net/${TENANT}/`])
    expect(issuerLocations(config).families).toHaveLength(1)
  })

  test('what is set counts more than what the identity provider has', () => {
    const config = parseConfig({
      ...ENTRA,
      TOKEN_AUDIENCE: 'api://own',
      SCOPE_PREFIX: 'api://own',
      SUBJECT_CLAIMS: 'oid, tid',
      CLIENT_CLAIM: 'azp',
      EXCHANGE_CLIENT: 'rfc8693',
      EXPECTED_AUDIENCES: 'one two',
      API_SCOPE_CLAIM: 'roles',
      EXCHANGE_SCOPE_REQUEST: 'default',
    })
    expect(config.resource.tokenAudience).toBe('api://own')
    expect(config.callerPolicy).toMatchObject({
      scopePrefix: 'api://own',
      subjectClaims: ['oid', 'tid'],
      clientClaim: 'azp',
    })
    expect(config.exchange).toMatchObject({
      adapter: 'rfc8693',
      manner: { scopeRequest: 'default' },
    })
    expect(config.apis['api']?.exchange).toEqual({
      expectedAudiences: ['one', 'two'],
      scopeClaim: 'roles',
    })
  })

  test('the tenants that are allowed have their issuers, and others have none', () => {
    const { tenants } = parseConfig({ ...ENTRA, ALLOWED_TENANTS: OTHER })
    expect(tenants.issuers).toHaveLength(4)
    expect(tenants.advertised).toEqual([V2, V2.replace(TENANT, OTHER)])
  })

  test.each<[string, Environment, RegExp]>([
    ...['common', 'organizations', 'consumers', 'contoso.com'].map(
      (tenant): [string, Environment, RegExp] => [
        `the tenant ${tenant} among those that are allowed`,
        { ...ENTRA, ALLOWED_TENANTS: tenant },
        /^ALLOWED_TENANTS must be /,
      ],
    ),
    [
      'the issuer of many tenants',
      { ...ENTRA, ISSUER_BASE_URL: 'https://login.microsoftonline.com/common/v2.0' },
      /^ISSUER_BASE_URL names no tenant: "common" stands for many/,
    ],
    [
      'tenants of an identity provider without tenants',
      { ...GOOD, ALLOWED_TENANTS: OTHER },
      /^ALLOWED_TENANTS is for identity providers with tenants, and this is Auth0/,
    ],
    [
      'a parameter of RFC 8693 where tokens are exchanged by RFC 7523',
      { ...ENTRA, EXCHANGE_TARGET_PARAMETER: 'resource' },
      /^EXCHANGE_TARGET_PARAMETER has no effect on an exchange by RFC 7523/,
    ],
    [
      "a parameter that Auth0's library cannot send",
      { ...GOOD, EXCHANGE_CLIENT: 'auth0', API_SCOPE_PREFIX: 'x' },
      /^API_SCOPE_PREFIX has no effect on the exchanges of Auth0's libraries/,
    ],
    [
      'an audience of our own that is expected of tokens for the API',
      { ...GOOD, EXPECTED_AUDIENCES: 'client-1' },
      /^EXPECTED_AUDIENCES is the same as MCP_AUTH0_CLIENT_ID/,
    ],
    [
      'our own audience that is expected where Entra ID has another default',
      { ...ENTRA, EXPECTED_AUDIENCES: 'client-1' },
      /^EXPECTED_AUDIENCES is the same as MCP_AUTH0_CLIENT_ID/,
    ],
    ['no claim that names users', { ...GOOD, SUBJECT_CLAIMS: ',' }, /^SUBJECT_CLAIMS /],
  ])('%s is an issue that says what to change', (_what, environment, expected) => {
    const issues = issuesOf(environment)
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatch(expected)
  })

  test('a template for tenants is refused as the tenant and as the issuer', () => {
    expect(issuesOf({ ...ENTRA, ALLOWED_TENANTS: '{tenantid}' })).toHaveLength(1)
    const template = 'https://login.microsoftonline.com/{tenantid}/v2.0'
    expect(issuesOf({ ...ENTRA, ISSUER_BASE_URL: template })).toHaveLength(1)
  })

  test('a parameter that Auth0’s library cannot send has another library send it', () => {
    expect(parseConfig(GOOD).exchange.adapter).toBe('auth0')
    expect(parseConfig({ ...GOOD, EXCHANGE_ACTOR_TOKEN: 'none' }).exchange.adapter).toBe('rfc8693')
  })
})

describe('the exchange of an API in the configuration file', () => {
  const withFile = (exchange: string, environment: Environment): Environment => {
    const text = `apis:\n  trips:\n    audience: https://trips.example/\n    baseUrl: https://trips.example\n    exchange: ${exchange}\n`
    const file = { name: 'apis.yaml', path: '/etc/apis.yaml', text }
    return {
      ...environment,
      API_AUTH0_AUDIENCE: undefined,
      API_BASE_URL: undefined,
      [CONFIG_FILE]: file,
    }
  }
  const GENERIC = { ...GOOD, AUTH0_DOMAIN: undefined, ISSUER_BASE_URL: 'https://i.example' }

  test('what the file says of an exchange is that of the API, and its issuer is known', () => {
    const config = parseConfig(
      withFile('{ issuer: https://i.example/api, actorCheck: azp, audiences: [a, b] }', GENERIC),
    )
    expect(config.apis['trips']?.exchange).toEqual({
      issuer: 'https://i.example/api',
      actorCheck: 'azp',
      audiences: ['a', 'b'],
    })
    expect(issuerLocations(config).apiIssuers).toEqual(['https://i.example/api'])
  })

  test.each<[string, string, Environment, RegExp]>([
    ['an unknown value', '{ actorCheck: maybe }', GENERIC, /actorCheck must be act or azp or none/],
    ['an unknown member', '{ actor: x }', GENERIC, /actor/],
    ['a plain http issuer', '{ issuer: "http://i.example/api" }', GENERIC, /must be https/],
    [
      'our own audience',
      '{ expectedAudiences: [client-1] }',
      GENERIC,
      /is the same as MCP_AUTH0_CLIENT_ID/,
    ],
    [
      "an issuer that Auth0's library cannot reach",
      '{ issuer: https://example.eu.auth0.com/api }',
      GOOD,
      /exchange\.issuer has no effect on the exchanges of Auth0's libraries/,
    ],
    [
      'an issuer of another host that would get the secret',
      '{ issuer: https://other.example }',
      GENERIC,
      /would be sent the secret of the client/,
    ],
  ])('%s is an issue that says where and what', (_what, exchange, environment, expected) => {
    const issues = issuesOf(withFile(exchange, environment))
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatch(expected)
    expect(issues[0]).toContain('apis.trips.exchange')
  })
})
