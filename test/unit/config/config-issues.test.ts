import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'
import { SETTINGS } from '../../../src/config/settings.js'
import { thrownBy } from '../outcomes.js'
import { GOOD } from './good-settings.js'

function issuesOf(environment: Environment): ConfigError {
  const error = thrownBy(() => parseConfig(environment))
  if (error instanceof ConfigError) return error
  throw new Error('expected a ConfigError', { cause: error })
}

const keysOf = (environment: Environment): string[] =>
  issuesOf(environment)
    .issues.map(({ key }) => key)
    .sort()

/** One bad value for each setting that can be bad. */
const BAD: readonly (readonly [string, string])[] = [
  ['AUTH0_DOMAIN', 'not a domain'],
  ['AUTH0_DOMAIN', 'http://example.eu.auth0.com'],
  ['AUTH0_DOMAIN', 'example.eu.auth0.com/path'],
  ['AUTH0_DOMAIN', 'user@example.eu.auth0.com'],
  ['AUTH0_DOMAIN', '<tenant>.auth0.com'],
  ['AUTH0_DOMAIN', 'example.com:99999'],
  ['AUTH0_DOMAIN', '1.2.3.999'],
  ['AUTH0_DOMAIN', 'xn--a.example'],
  ['ISSUER_METADATA_URL', '/metadata'],
  ['ISSUER_METADATA_URL', 'ftp://keycloak/metadata'],
  ['ISSUER_METADATA_URL', 'http://keycloak/metadata'],
  ['JWKS_URL', 'keys'],
  ['JWKS_URL', 'https://keycloak/keys#first'],
  ['JWKS_URL', 'http://keycloak/keys'],
  ['AUTH0_AUDIENCE', 'two words'],
  ['TOKEN_AUDIENCE', 'two words'],
  ['USER_CLAIM', 'two words'],
  ['SCOPE_CLAIM', 'scope, roles'],
  ['SCOPE_PREFIX', 'api://id api://other'],
  ['SCOPE_PREFIX', 'a"b'],
  ['CLOCK_TOLERANCE_SECONDS', '61'],
  ['CLOCK_TOLERANCE_SECONDS', '-1'],
  ['CLOCK_TOLERANCE_SECONDS', '1.5'],
  ['VERIFIED_TOKEN_CACHE_ENTRIES', '-1'],
  ['VERIFIED_TOKEN_CACHE_ENTRIES', '10000001'],
  ['METRICS_PORT', '65536'],
  // That of the server itself.
  ['METRICS_PORT', '3001'],
  ['METRICS_HOST', '*'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '3001.5'],
  ['PORT', '0x10'],
  ['PORT', 'http'],
  ['MCP_SERVER_URL', 'localhost:3001'],
  ['MCP_SERVER_URL', 'ftp://localhost'],
  ['MCP_SERVER_URL', 'http://localhost:3001/mcp'],
  ['MCP_SERVER_URL', 'http://localhost:3001/base/mcp/'],
  ['MCP_SERVER_URL', 'http://localhost:3001/?a=b'],
  ['MCP_SERVER_URL', 'http://localhost:3001/#a'],
  ['MCP_SERVER_URL', 'http://localhost:3001/?'],
  ['MCP_SERVER_URL', 'http://localhost:3001/#'],
  ['MCP_SERVER_URL', 'http://mcp.example.com'],
  ['MCP_BASELINE_SCOPES', '"tool:greet"'],
  ['MCP_AUTH0_EXCHANGE_SCOPE', 'read\\private'],
  ['API_AUTH0_AUDIENCE', 'http://local host/'],
  ['API_AUTH0_AUDIENCE', 'http://localhost:3001/'],
  ['API_BASE_URL', '/api'],
  ['API_BASE_URL', 'http://localhost:8787/?'],
  ['API_BASE_URL', 'http://api.example.com/'],
  ['API_BASE_URL', 'http://127.0.0.1.example.com/'],
  ['API_BASE_URL', 'http://localhost.example.com/'],
  ['EXCHANGE_TIMEOUT_MS', '99'],
  ['EXCHANGE_TIMEOUT_MS', '60001'],
  ['EXCHANGE_TIMEOUT_MS', '5s'],
  ['API_TIMEOUT_MS', '99999999999999999999999'],
  ['API_TIMEOUT_MS', '1e3'],
  ['LOG_LEVEL', 'verbose'],
  ['LOG_FORMAT', 'xml'],
  ['ADDITIONAL_ISSUERS', 'https://two.example three.example'],
  ['ADDITIONAL_ISSUERS', 'http://login.example.eu.auth0.com/'],
  ['AUTHORIZATION_CLAIMS', 'roles'],
  ['SCOPE_HIERARCHY', 'tool:admin'],
  ['SCOPE_HIERARCHY', 'tool:admin='],
  ['SCOPE_HIERARCHY', '=tool:greet'],
  ['SCOPE_HIERARCHY', 'a=b,,c'],
  ['LOCKED_TOOLS', 'true'],
  ['STEP_UP_SCOPES', 'all'],
  ['CHALLENGE_RESULT_CLIENTS', 'https://chatgpt.com/'],
  ['CHALLENGE_RESULT_CLIENTS', 'https://ChatGPT.com/oauth/'],
  ['CHALLENGE_RESULT_CLIENTS', 'https://*.chatgpt.com/oauth/'],
  ['CHALLENGE_RESULT_CLIENTS', 'none my-client'],
  ['STRUCTURED_DENIALS', 'true'],
  ['TOOL_SECURITY_SCHEMES', 'true'],
  ['PERMISSION_CLIENTS', 'https://chatgpt.com'],
  ['ALLOWED_HOSTS', 'https://mcp.internal'],
  ['ALLOWED_ORIGINS', 'app.example'],
  ['ALLOWED_ORIGINS', 'https://app.example/'],
  ['ALLOWED_ORIGINS', '*'],
  ['ALLOWED_ORIGINS', 'null'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '0.0.0.0/33'],
  ['TRUST_PROXY', '0.0.0.0/0'],
  ['TRUST_PROXY', '10.0.0.1 ::/0'],
  ['TRUST_PROXY', '10.0.0.0/8/9'],
  ['TRUST_PROXY', 'loopback'],
  ['TRUST_PROXY', '-1'],
  ['RATE_LIMIT_PER_ADDRESS', '-5'],
  ['RATE_LIMIT_PER_CALLER', 'none'],
  ['MAX_BODY_BYTES', '1mb'],
  ['MAX_BODY_BYTES', '1023'],
  ['KEYS_STALE_HOURS', '0'],
  ['PORT', '0'],
  ['DANGEROUSLY_ALLOW_HTTP', 'yes'],
]

describe('a faulty configuration', () => {
  test.each(BAD)(
    'a faulty configuration is refused for %s=%j, by key, value and hint',
    (key, value) => {
      const error = issuesOf({ ...GOOD, [key]: value })
      expect(error.issues).toHaveLength(1)
      expect(error.issues[0]).toMatchObject({ key, value })
      expect(error.issues[0]?.hint.length).toBeGreaterThan(10)
      expect(error.message).toContain(`${key}="${value}": ${error.issues[0]?.hint ?? '-'}`)
    },
  )

  test('a faulty configuration shows every issue at once', () => {
    const environment: Environment = {
      AUTH0_DOMAIN: 'not a domain',
      PORT: 'x',
      API_BASE_URL: 'http://api.example.com',
      LOG_LEVEL: 'loud',
    }
    expect(keysOf(environment)).toEqual([
      'API_AUTH0_AUDIENCE',
      'API_BASE_URL',
      'AUTH0_AUDIENCE',
      'AUTH0_DOMAIN',
      'LOG_LEVEL',
      'MCP_AUTH0_CLIENT_ID',
      'MCP_AUTH0_CLIENT_SECRET',
      'PORT',
    ])
    expect(issuesOf(environment).message).toContain('8 issues:')
  })

  test('a faulty configuration of nothing at all names everything that is needed', () => {
    expect(keysOf({})).toEqual([
      'API_AUTH0_AUDIENCE',
      'API_BASE_URL',
      'AUTH0_AUDIENCE',
      'AUTH0_DOMAIN',
      'MCP_AUTH0_CLIENT_ID',
      'MCP_AUTH0_CLIENT_SECRET',
    ])
  })

  test.each(Object.keys(GOOD))(
    'a faulty configuration names %s alone where that alone is missing',
    (key) => {
      const error = issuesOf({ ...GOOD, [key]: ' ' })
      expect(error.issues.map((issue) => issue.key)).toEqual([key])
      expect(error.issues[0]).not.toHaveProperty('value')
      expect(error.issues[0]?.hint).toMatch(/^is missing/)
    },
  )

  test.each(['AUTH0_AUDIENCE', 'TOKEN_AUDIENCE', 'TOLERATED_AUDIENCES', 'MCP_AUTH0_CLIENT_ID'])(
    'a faulty configuration has one audience for the API and for this server, by %s',
    (name) => {
      const environment = { ...GOOD, [name]: GOOD['API_AUTH0_AUDIENCE'] }
      const { issues } = issuesOf(environment)
      expect(issues).toMatchObject([{ key: 'API_AUTH0_AUDIENCE' }])
      expect(issues[0]?.hint).toContain(name)
    },
  )

  test('a faulty configuration has two issuers', () => {
    const error = issuesOf({ ...GOOD, ISSUER_BASE_URL: 'https://login.example.com' })
    expect(error.issues).toMatchObject([
      { key: 'ISSUER_BASE_URL', value: 'https://login.example.com' },
    ])
    expect(error.issues[0]?.hint).toContain('AUTH0_DOMAIN')
  })

  test('a faulty configuration takes an issuer beyond this machine for bad when it is plain http', () => {
    const ISSUER_BASE_URL = 'http://login.example.com/realms/one'
    const error = issuesOf({ ...GOOD, AUTH0_DOMAIN: '', ISSUER_BASE_URL })
    expect(error.issues).toMatchObject([{ key: 'ISSUER_BASE_URL', value: ISSUER_BASE_URL }])
  })

  test('a faulty configuration does not hide a second issuer behind a bad first one', () => {
    expect(keysOf({ ...GOOD, AUTH0_DOMAIN: '', ISSUER_BASE_URL: 'nonsense' })).toEqual([
      'ISSUER_BASE_URL',
    ])
  })
})

describe('plain http', () => {
  const everywhere = (host: string): Environment => ({
    ...GOOD,
    AUTH0_DOMAIN: '',
    ISSUER_BASE_URL: `http://${host}:9000`,
    MCP_SERVER_URL: `http://${host}:3001`,
    API_BASE_URL: `http://${host}:8787`,
  })

  test.each(['localhost', '127.0.0.1', '127.8.9.1', '[::1]', 'LOCALHOST'])(
    'plain http is accepted on %s',
    (host) => {
      expect(() => parseConfig(everywhere(host))).not.toThrow()
    },
  )

  test.each(['example.com', '10.0.0.1', '0.0.0.0', '[::2]', 'localhost.example.com'])(
    'plain http is refused on %s',
    (host) => {
      expect(keysOf(everywhere(host))).toEqual([
        'API_BASE_URL',
        'ISSUER_BASE_URL',
        'MCP_SERVER_URL',
      ])
    },
  )

  test('plain http is accepted anywhere by the setting that shouts, and not by its opposite', () => {
    const environment = everywhere('example.com')
    expect(() => parseConfig({ ...environment, DANGEROUSLY_ALLOW_HTTP: 'true' })).not.toThrow()
    expect(() => parseConfig({ ...environment, DANGEROUSLY_ALLOW_HTTP: 'false' })).toThrow()
  })
})

describe('a secret', () => {
  test('a secret never appears in an error', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9_-]{12,40}$/).map((text) => `S3CRET${text}`)
    const bad = fc.constantFrom(...BAD)
    fc.assert(
      fc.property(secret, bad, (value, [key, text]) => {
        const error = issuesOf({ ...GOOD, MCP_AUTH0_CLIENT_SECRET: value, [key]: text })
        expect(`${error.stack ?? ''} ${JSON.stringify(error)}`).not.toContain(value)
      }),
    )
  })

  test.each(['ISSUER_BASE_URL', 'MCP_SERVER_URL', 'API_BASE_URL'])(
    'a secret does not appear in an error when it stands in %s as a password',
    (key) => {
      const error = issuesOf({
        ...GOOD,
        AUTH0_DOMAIN: '',
        [key]: 'https://user:hunter3@host.example/',
      })
      expect(error.issues.map((issue) => issue.key)).toContain(key)
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('hunter3')
    },
  )
})

describe('any environment', () => {
  const value = fc.option(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.domain(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.ipV4().map((address) => `http://${address}`),
      fc.ipV6(),
      fc.tuple(fc.domain(), fc.nat(99_999)).map(([host, port]) => `${host}:${port}`),
      fc.nat().map(String),
      fc.constantFrom(...BAD.map(([, text]) => text), 'https://localhost', 'true', 'info'),
    ),
    { nil: undefined },
  )
  const names = Object.keys(SETTINGS)
  const noise = fc.record(Object.fromEntries(names.map((name) => [name, value])), {
    requiredKeys: [],
  })

  test('any environment parses or throws a ConfigError with at least one issue, and nothing else happens', () => {
    fc.assert(
      fc.property(noise, fc.boolean(), (environment, fromGood) => {
        try {
          const config = parseConfig(fromGood ? { ...GOOD, ...environment } : environment)
          expect(URL.canParse(config.issuer.primary)).toBe(true)
          expect(config.endpoint.pathname).toMatch(/\/mcp$/)
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
          expect(error.issues.length).toBeGreaterThan(0)
          expect(error.issues.every(({ key }) => names.includes(key))).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
