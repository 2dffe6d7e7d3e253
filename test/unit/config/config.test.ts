import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isUnconfigured, parseConfig, readEnvironment } from '../../../src/config/config.js'
import { SETTINGS } from '../../../src/config/settings.js'
import { Secret } from '../../../src/secret.js'

/** The `.env` of Auth0's quickstart for an MCP server that calls an API on behalf of its users. */
const QUICKSTART = {
  AUTH0_DOMAIN: 'example.eu.auth0.com',
  AUTH0_AUDIENCE: 'http://localhost:3001/',
  PORT: '3001',
  MCP_SERVER_URL: 'http://localhost:3001',
  MCP_AUTH0_CLIENT_ID: 'client-1',
  MCP_AUTH0_CLIENT_SECRET: 'hunter2',
  MCP_AUTH0_EXCHANGE_SCOPE: 'openid offline_access read:private',
  API_AUTH0_AUDIENCE: 'http://localhost:8787/',
  API_BASE_URL: 'http://localhost:8787/',
} as const

const OTHER_SERVER = {
  ...QUICKSTART,
  AUTH0_DOMAIN: undefined,
  ISSUER_BASE_URL: 'https://login.example.com/realms/one',
}

describe('the names that parseConfig takes', () => {
  test("parseConfig takes the .env of Auth0's quickstart unchanged", () => {
    const config = parseConfig(QUICKSTART)
    expect(config).toMatchObject({
      listen: { host: 'localhost', port: 3001, keepAliveMs: 65_000 },
      drainDelayMs: 0,
      resource: {
        resource: 'http://localhost:3001/',
        baselineScopes: undefined,
      },
      issuer: { primary: 'https://example.eu.auth0.com/', additional: [] },
      exchange: {
        clientId: 'client-1',
        subjectTokenType: undefined,
        scopeCeiling: ['read:private'],
        timeoutMs: 5_000,
      },
      apis: { api: { audience: 'http://localhost:8787/' } },
      apiCalls: { timeoutMs: 10_000 },
      logLevel: 'info',
    })
    expect(config.endpoint.href).toBe('http://localhost:3001/mcp')
    expect(config.apis['api']?.baseUrl.href).toBe('http://localhost:8787/')
    const { clientAuthentication } = config.exchange
    expect('secret' in clientAuthentication && clientAuthentication.secret.reveal()).toBe('hunter2')
  })

  test('parseConfig takes the variants of the quickstart for custom token exchange', () => {
    const config = parseConfig({
      ...QUICKSTART,
      MCP_SERVER_URL: 'http://localhost:3001/',
      MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:fastmcp:mcp',
      MCP_AUTH0_EXCHANGE_SCOPE: 'read:tasks',
      API_AUTH0_AUDIENCE: 'http://localhost:8787',
      API_BASE_URL: 'http://localhost:8787',
    })
    expect(config.endpoint.href).toBe('http://localhost:3001/mcp')
    expect(config.exchange.subjectTokenType).toBe('urn:fastmcp:mcp')
    expect(config.exchange.scopeCeiling).toEqual(['read:tasks'])
    expect(config.apis['api']?.audience).toBe('http://localhost:8787')
    expect(config.apis['api']?.baseUrl.href).toBe('http://localhost:8787/')
  })

  test('parseConfig takes every example that it documents', () => {
    const examples = Object.entries(SETTINGS)
      .filter(([, definition]) => !('secret' in definition || 'file' in definition))
      .map(([key, { example }]) => [key, example])
    const environment = Object.fromEntries(examples) as Record<string, string>
    delete environment['ISSUER_BASE_URL']
    delete environment['CONFIG_PATH'] // Names a file, which readEnvironment() reads.
    // Auth0 has no tenants to allow, only Entra is told of capabilities, and POLICY_URL decides alone.
    const others = ['ALLOWED_TENANTS', 'EXCHANGE_CLIENT_CAPABILITIES', 'POLICY_FILE'] as const
    for (const name of others) Reflect.deleteProperty(environment, name)
    environment['MCP_AUTH0_CLIENT_SECRET'] = environment['CONFIRMATION_CLIENT_SECRET'] = 'any'
    environment['DANGEROUSLY_SHARE_CLIENT_SECRET'] = 'true'
    environment['STORE_URL'] = SETTINGS.STORE_URL.example
    environment['STORE_KEY'] = Buffer.alloc(32).toString('base64')
    expect(() => parseConfig(environment)).not.toThrow()
    expect(() => parseConfig({ ...QUICKSTART, ...environment })).not.toThrow()
  })
})

describe('the values that parseConfig reads', () => {
  test.each([
    ['http://localhost:3001', 'http://localhost:3001/mcp'],
    ['http://localhost:3001/', 'http://localhost:3001/mcp'],
    ['https://mcp.example.com/base', 'https://mcp.example.com/base/mcp'],
    ['https://mcp.example.com/base//', 'https://mcp.example.com/base/mcp'],
    ['http://[::1]:3001', 'http://[::1]:3001/mcp'],
  ])('parseConfig puts the endpoint below %s', (MCP_SERVER_URL, endpoint) => {
    expect(parseConfig({ ...QUICKSTART, MCP_SERVER_URL }).endpoint.href).toBe(endpoint)
  })

  test('parseConfig derives the public URL from the port where it is not given', () => {
    const config = parseConfig({ ...QUICKSTART, MCP_SERVER_URL: undefined, PORT: '4000' })
    expect(config.endpoint.href).toBe('http://localhost:4000/mcp')
    expect(config.listen.port).toBe(4000)
  })

  test.each([
    'example.eu.auth0.com',
    'https://example.eu.auth0.com',
    'https://example.eu.auth0.com/',
    'HTTPS://Example.EU.auth0.com//',
    '  example.eu.auth0.com  ',
  ])('parseConfig takes the domain %j for the same issuer', (AUTH0_DOMAIN) => {
    expect(parseConfig({ ...QUICKSTART, AUTH0_DOMAIN }).issuer.primary).toBe(
      'https://example.eu.auth0.com/',
    )
  })

  test.each([
    'https://login.example.com',
    'https://login.example.com/',
    'https://Login.Example.com/realms/One/',
    'http://localhost:9000',
    'https://login.example.com:443',
  ])('parseConfig keeps the issuer %s byte for byte', (ISSUER_BASE_URL) => {
    expect(parseConfig({ ...OTHER_SERVER, ISSUER_BASE_URL }).issuer.primary).toBe(ISSUER_BASE_URL)
  })

  test.each([
    'http://localhost:3001',
    'http://localhost:3001/',
    'HTTP://LocalHost:3001/mcp?x#y',
    'urn:example:mcp',
    'my-api',
  ])('parseConfig keeps the audiences byte for byte: %s', (audience) => {
    const own = parseConfig({ ...QUICKSTART, AUTH0_AUDIENCE: audience })
    const downstream = parseConfig({ ...QUICKSTART, API_AUTH0_AUDIENCE: `${audience}-api` })
    expect(own.resource.resource).toBe(audience)
    expect(downstream.apis['api']?.audience).toBe(`${audience}-api`)
  })

  test.each(['', '   ', '\t', undefined])('parseConfig counts %j as absent', (empty) => {
    const names = Object.keys(SETTINGS).filter((name) => !(name in QUICKSTART))
    const blanks = Object.fromEntries(names.map((name) => [name, empty]))
    expect(parseConfig({ ...QUICKSTART, ...blanks })).toEqual(parseConfig(QUICKSTART))
  })

  test.each([
    ['read:private write:private', ['read:private', 'write:private']],
    ['read:private, write:private', ['read:private', 'write:private']],
    ['read:private  read:private', ['read:private']],
    ['openid profile', []],
  ])('parseConfig reads the ceiling %j', (MCP_AUTH0_EXCHANGE_SCOPE, ceiling) => {
    const config = parseConfig({ ...QUICKSTART, MCP_AUTH0_EXCHANGE_SCOPE })
    expect(config.exchange.scopeCeiling).toEqual(ceiling)
  })

  test('parseConfig has no ceiling where none is given', () => {
    const config = parseConfig({ ...QUICKSTART, MCP_AUTH0_EXCHANGE_SCOPE: '' })
    expect(config.exchange.scopeCeiling).toBeUndefined()
  })

  test('parseConfig takes every other setting', () => {
    const config = parseConfig({
      ...{ ...QUICKSTART, HOST: '0.0.0.0', PORT: '0' },
      ADDITIONAL_ISSUERS: ' https://two.example/  https://three.example ',
      DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
      ...{ AUTHORIZATION_CLAIMS: 'permissions', PERMISSION_CLIENTS: 'a-client, b-client' },
      SCOPE_HIERARCHY: 'tool:admin=tool:greet,tool:whoami tool:all=tool:admin',
      LOCKED_TOOLS: 'show',
      STEP_UP_SCOPES: 'required',
      ...{
        PUBLIC_TOOLS: 'hours, time',
        PUBLIC_RATE_LIMIT_PER_ADDRESS: '0',
        PUBLIC_CONCURRENCY: '6',
      },
      ALLOWED_HOSTS: 'mcp.internal:3001 mcp.example',
      ALLOWED_ORIGINS: 'https://app.example http://localhost:5173',
      TRUST_PROXY: '10.0.0.0/8 ::1',
      RATE_LIMIT_PER_ADDRESS: '0',
      RATE_LIMIT_PER_CALLER: '7',
      BODY_BYTES_PER_CALLER: '8',
      CONCURRENCY_PER_CALLER: '9',
      TOOL_LIMITS: 'a=5,1',
      MAX_BODY_BYTES: '2048',
      ...{ KEEP_ALIVE_SECONDS: '620', DRAIN_DELAY_SECONDS: '15' },
      METADATA_LOCATION: 'path',
      KEYS_STALE_HOURS: '2',
      MCP_BASELINE_SCOPES: 'tool:greet',
      ...{ EXCHANGE_TIMEOUT_MS: '100', API_TIMEOUT_MS: '120000' },
      ...{ LOG_LEVEL: 'silent', LOG_FORMAT: 'pretty' },
    })
    expect(config.listen).toEqual({ host: '0.0.0.0', port: 0, keepAliveMs: 620_000 })
    expect([config.drainDelayMs, config.logFormat]).toEqual([15_000, 'pretty'])
    expect(config.issuer).toEqual({
      primary: 'https://example.eu.auth0.com/',
      additional: ['https://two.example/', 'https://three.example'],
      keysStaleMs: 7_200_000,
      metadataUrl: undefined,
      jwksUrl: undefined,
      dangerouslyAllowHttp: false,
      dangerouslyShareClientSecret: true,
    })
    expect(config.access).toEqual({
      ...{ authorizationClaims: 'permissions', permissionClients: ['a-client', 'b-client'] },
      scopeHierarchy: { 'tool:admin': ['tool:greet', 'tool:whoami'], 'tool:all': ['tool:admin'] },
      lockedTools: 'show',
      ...{ stepUpScopes: 'required', publicTools: ['hours', 'time'] },
    })
    expect(config.http).toEqual({
      allowedHosts: ['mcp.internal:3001', 'mcp.example'],
      allowedOrigins: ['https://app.example', 'http://localhost:5173'],
      ...{ rateLimitPerAddress: 0, publicRateLimitPerAddress: 0, publicConcurrency: 6 },
      ...{ rateLimitPerCaller: 7, bodyBytesPerCaller: 8, concurrencyPerCaller: 9 },
      toolLimits: { a: { callsPerMinute: 5, callsAtOnce: 1 } },
      maxBodyBytes: 2_048,
    })
    expect(config.trustProxy).toEqual(['10.0.0.0/8', '::1'])
    expect(config.resource.baselineScopes).toEqual(['tool:greet'])
    expect(config.resource.metadataLocation).toBe('path')
    expect([config.exchange.timeoutMs, config.apiCalls.timeoutMs]).toEqual([100, 120_000])
    expect(config.logLevel).toBe('silent')
  })

  test('parseConfig gives a configuration that nobody can change', () => {
    const thawed: string[] = []
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null || value instanceof URL) return
      if (value instanceof Secret) return
      if (!Object.isFrozen(value)) thawed.push(path)
      for (const [name, member] of Object.entries(value)) visit(member, `${path}.${name}`)
    }
    visit(parseConfig(QUICKSTART), 'config')
    expect(thawed).toEqual([])
  })

  test('parseConfig does not read the environment of the process', () => {
    vi.stubEnv('LOG_LEVEL', 'silent')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect(parseConfig(QUICKSTART).logLevel).toBe('info')
  })
})

describe('isUnconfigured', () => {
  test('isUnconfigured holds where nothing names a deployment', () => {
    expect(isUnconfigured({})).toBe(true)
    expect(isUnconfigured({ PORT: '3001', LOG_LEVEL: 'info', AUTH0_DOMAIN: ' ' })).toBe(true)
  })

  test.each([
    'AUTH0_DOMAIN',
    'ISSUER_BASE_URL',
    'AUTH0_AUDIENCE',
    'MCP_AUTH0_CLIENT_ID',
    'MCP_AUTH0_CLIENT_SECRET',
    'API_AUTH0_AUDIENCE',
    'API_BASE_URL',
  ])('isUnconfigured does not hold once %s is set', (key) => {
    expect(isUnconfigured({ [key]: 'x' })).toBe(false)
  })
})

describe('readEnvironment', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  function directoryWith(text?: string): string {
    const directory = mkdtempSync(join(tmpdir(), 'environment-'))
    onTestFinished(() => {
      rmSync(directory, { recursive: true })
    })
    if (text !== undefined) writeFileSync(join(directory, '.env'), text)
    return directory
  }

  test('readEnvironment reads a .env file, comments and quotes included', () => {
    const environment = readEnvironment(
      directoryWith('# comment\nAUTH0_DOMAIN="quoted.example"\nUNIT_TEST_PLAIN=plain # why\n'),
    )
    expect(environment['AUTH0_DOMAIN']).toBe('quoted.example')
    expect(environment['UNIT_TEST_PLAIN']).toBe('plain')
  })

  test('readEnvironment lets the environment of the process win', () => {
    vi.stubEnv('AUTH0_DOMAIN', 'process.example')
    const environment = readEnvironment(
      directoryWith('AUTH0_DOMAIN=file.example\nAUTH0_AUDIENCE=from-file\n'),
    )
    expect(environment['AUTH0_DOMAIN']).toBe('process.example')
    expect(environment['AUTH0_AUDIENCE']).toBe('from-file')
  })

  test('readEnvironment does without a .env file', () => {
    vi.stubEnv('AUTH0_DOMAIN', 'process.example')
    expect(readEnvironment(directoryWith())['AUTH0_DOMAIN']).toBe('process.example')
  })
})
