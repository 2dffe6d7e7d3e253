import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  ConfigError,
  parseConfig,
  type Config,
  type Environment,
} from '../../../src/config/config.js'
import { SETTINGS } from '../../../src/config/settings.js'
import { GOOD } from './good-settings.js'

const parse = (environment: Environment): Config => parseConfig({ ...GOOD, ...environment })

const issuesOf = (environment: Environment) => {
  try {
    parse(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

/** The one issue that a value has. */
const hintOf = (key: string, value: string): string => {
  const other = key === 'ISSUER_BASE_URL' ? { AUTH0_DOMAIN: '' } : {}
  const issues = issuesOf({ ...other, [key]: value })
  expect(issues.map((issue) => issue.key)).toEqual([key])
  return issues[0]?.hint ?? ''
}

const NAMES = Object.keys(SETTINGS)

describe('quotes', () => {
  test.each(NAMES)('[case 51] quotes around the value of %s are an issue with that hint', (key) => {
    for (const quoted of [`"x y"`, `'x'`, '`x`', '“x”']) {
      expect(hintOf(key, quoted)).toContain('has quotes around its value')
    }
  })

  test.each([
    ['AUTH0_AUDIENCE', '"https://mcp.test/mcp'],
    ['AUTH0_AUDIENCE', 'https://mcp.test/mcp"'],
    ['MCP_AUTH0_CLIENT_ID', "client-1'"],
    ['MCP_AUTH0_CLIENT_SECRET', "'S3CRET"],
    ['MCP_AUTH0_CLIENT_KEY_ID', 'key-1`'],
  ])('[case 51] quotes at one end of %s are an issue: %s', (key, value) => {
    expect(hintOf(key, value)).toContain('has a quote at one end')
  })

  test('[case 51] quotes around a secret do not bring it into the error, and those within it are its own', () => {
    const issues = issuesOf({ MCP_AUTH0_CLIENT_SECRET: '"S3CRET"' })
    expect(JSON.stringify(issues)).not.toContain('S3CRET')
    const { clientAuthentication } = parse({ MCP_AUTH0_CLIENT_SECRET: 'a"b\'c' }).exchange
    expect('secret' in clientAuthentication && clientAuthentication.secret.reveal()).toBe('a"b\'c')
  })

  test('[case 51] quotes around a key that Docker handed over are named before what they break', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(hintOf('MCP_AUTH0_CLIENT_PRIVATE_KEY', `"${pem.trim()}"`)).toContain('has quotes')
  })
})

describe('what is pasted along with a value', () => {
  test.each([
    ['MCP_AUTH0_CLIENT_ID', 'mcp-server # prod'],
    ['MCP_AUTH0_CLIENT_SECRET', 'S3CRET # prod'],
    ['AUTH0_AUDIENCE', 'https://mcp.test/mcp\t#prod'],
    ['ISSUER_BASE_URL', 'https://login.example.com/ # prod'],
    ['ALLOWED_HOSTS', 'a.example # b.example'],
    ['MCP_BASELINE_SCOPES', 'tool:greet # all'],
    ['PORT', '3001 # here'],
    ['LOG_LEVEL', '# info'],
  ])('[case 53] a comment in %s is an issue: %j', (key, value) => {
    const hint = hintOf(key, value)
    expect(hint).toContain('has a comment (#)')
    expect(hint).not.toContain('S3CRET')
  })

  test.each([
    ['AUTH0_AUDIENCE', 'https://mcp.test/\u200Bmcp'],
    ['MCP_AUTH0_CLIENT_SECRET', 'hunter\u200E2'],
    ['API_AUTH0_AUDIENCE', 'https://api\u0007.test/'],
    ['MCP_AUTH0_CLIENT_ID', 'client\uFFFD'],
  ])('a character in %s that nobody sees is an issue', (key, value) => {
    expect(hintOf(key, value)).toContain('cannot be seen')
  })

  test.each(['client one', 'client-1 client-2'])('spaces in a client id are an issue', (value) => {
    expect(hintOf('MCP_AUTH0_CLIENT_ID', value)).toContain('must not contain spaces')
  })
})

describe('a placeholder', () => {
  test.each([
    ['AUTH0_DOMAIN', '<YOUR_DOMAIN>.auth0.com'],
    ['AUTH0_DOMAIN', 'your-tenant.eu.auth0.com'],
    ['AUTH0_DOMAIN', '{yourDomain}'],
    ['ISSUER_BASE_URL', 'https://YOUR_DOMAIN/'],
    ['ISSUER_BASE_URL', 'https://...'],
    ['AUTH0_AUDIENCE', 'your-api-audience'],
    ['MCP_AUTH0_CLIENT_ID', '<client id>'],
    ['MCP_AUTH0_CLIENT_ID', 'YOUR_CLIENT_ID'],
    ['MCP_AUTH0_CLIENT_ID', '{yourClientId}'],
    ['MCP_AUTH0_CLIENT_SECRET', '<YOUR_CLIENT_SECRET>'],
    ['MCP_AUTH0_CLIENT_SECRET', 'your-client-secret'],
    ['API_BASE_URL', 'https://your-api.example.com'],
  ])('a placeholder is told from a value: %s=%s', (key, value) => {
    expect(hintOf(key, value)).toContain('still a placeholder')
  })

  test.each([
    ['AUTH0_DOMAIN', '${AUTH0_DOMAIN}'],
    ['MCP_AUTH0_CLIENT_SECRET', '${CLIENT_SECRET}'],
    ['MCP_AUTH0_CLIENT_SECRET', '$CLIENT_SECRET'],
    ['MCP_AUTH0_CLIENT_ID', '{{ .Values.clientId }}'],
    ['MCP_AUTH0_CLIENT_ID', '%CLIENT_ID%'],
    ['API_BASE_URL', 'https://${API_HOST}/v1'],
    ['PORT', '$(PORT)'],
  ])(
    'a placeholder that something should have filled in is told from a value: %s=%s',
    (key, value) => {
      expect(hintOf(key, value)).toContain('expands no variables')
    },
  )

  test.each([
    ['MCP_AUTH0_CLIENT_SECRET', 'a<b>c${d}$e{f}…'],
    ['MCP_AUTH0_CLIENT_SECRET', 'changeme'],
    ['AUTH0_AUDIENCE', 'https://yours.example.com/'],
    ['API_AUTH0_AUDIENCE', 'urn:your-company'],
  ])('a placeholder is not seen where there is none: %s=%s', (key, value) => {
    expect(issuesOf({ [key]: value })).toEqual([])
  })
})

describe('an issuer', () => {
  test.each([
    'https://login.example.com/.well-known/openid-configuration',
    'https://login.example.com/realms/one/.well-known/openid-configuration',
    'https://login.example.com/.well-known/oauth-authorization-server/tenant',
    'https://login.example.com/authorize',
    'https://login.example.com/oauth/token',
    'https://login.example.com/oauth2/v1/token',
    'https://login.example.com/oauth2/v2.0/authorize/',
    'https://login.example.com/realms/one/protocol/openid-connect/token',
    'https://login.example.com/userinfo',
    'https://login.example.com/.well-known/jwks.json',
  ])('[case 53] an issuer is not one of its addresses: %s', (issuer) => {
    expect(hintOf('ISSUER_BASE_URL', issuer)).toMatch(
      /^must be the issuer itself.* leave \/.* out$/,
    )
    expect(hintOf('ADDITIONAL_ISSUERS', `https://example.eu.auth0.com/x ${issuer}`)).toContain(
      'must be the issuer itself',
    )
  })

  test.each([
    'https://login.example.com/oauth2/default',
    'https://login.example.com/realms/token',
    'https://login.example.com/tenant/v2.0',
    'https://login.example.com/connect',
  ])('[case 53] an issuer may end in many words: %s', (ISSUER_BASE_URL) => {
    expect(issuesOf({ AUTH0_DOMAIN: '', ISSUER_BASE_URL })).toEqual([])
  })

  test.each([
    'example.eu.auth0.com/authorize',
    'https://example.eu.auth0.com/.well-known/openid-configuration',
    'example',
    'auth0.com',
    'manage.auth0.com',
  ])('[case 53] an issuer of Auth0 is the domain alone: %s', (domain) => {
    expect(hintOf('AUTH0_DOMAIN', domain)).toContain("must be the tenant's domain alone")
  })

  test.each([
    'https://api.example.com/?tenant=a',
    'https://api.example.com/#a',
    'https://*.a.test',
    'https://https://api.example.com',
  ])('[case 53] an issuer is not the only URL that is looked at: API_BASE_URL=%s', (url) => {
    expect(hintOf('API_BASE_URL', url)).not.toBe('')
  })
})

describe('HOST', () => {
  test.each([
    ['*', '0.0.0.0'],
    ['+', '0.0.0.0'],
    ['http://0.0.0.0', 'MCP_SERVER_URL'],
    ['https://mcp.example.com:3001/', 'MCP_SERVER_URL'],
    ['0.0.0.0:3001', 'PORT'],
    ['localhost:3001', 'PORT'],
    ['[::1]:3001', 'without brackets'],
    ['[::]', 'without brackets'],
    [':3001', 'PORT'],
    ['127.0.0.1 ::1', 'one address'],
    ['127.0.0.1,::1', 'one address'],
    ['256.0.0.1', 'one address'],
    ['1', 'one address'],
    ['a/b', 'one address'],
  ])('[case 54] %j is an issue that says what to write', (value, says) => {
    expect(hintOf('HOST', value)).toContain(says)
  })

  test.each(['0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'mcp-1.internal', '10.0.0.7'])(
    '[case 54] %s is a host to listen at',
    (HOST) => {
      expect(parse({ HOST }).listen.host).toBe(HOST)
    },
  )
})

describe('a list', () => {
  const CASES = [
    ['ALLOWED_HOSTS', 'a.example', 'b.example:3001'],
    ['ALLOWED_ORIGINS', 'https://a.example', 'https://b.example:3001'],
    ['MCP_BASELINE_SCOPES', 'tool:greet', 'tool:whoami'],
    ['MCP_AUTH0_EXCHANGE_SCOPE', 'read:private', 'write:private'],
    ['ADDITIONAL_ISSUERS', 'https://example.eu.auth0.com/a', 'https://example.eu.auth0.com/b'],
    ['DELEGATION_ALLOWED_ACTORS', 'client-a', 'auth0|b@clients'],
    ['TRUST_PROXY', '10.0.0.1', '10.1.0.0/16'],
  ] as const

  test.each(CASES)('[case 39] %s has spaces, commas or both between its entries', (key, a, b) => {
    const config = parse({ [key]: `${a} ${b}` })
    expect(JSON.stringify(config)).toContain(JSON.stringify([a, b]))
    for (const text of [`${a},${b}`, `${a}, ${b}`, ` ${a}\t${b},`, `${a} , ${b}`]) {
      expect(parse({ [key]: text })).toEqual(config)
    }
  })

  test.each([
    ['ALLOWED_HOSTS', '*.ngrok-free.app'],
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', 'a.example b.*'],
    ['ALLOWED_HOSTS', '.example.com'],
    ['ALLOWED_ORIGINS', 'https://*.example.com'],
    ['ALLOWED_ORIGINS', '*'],
    ['ADDITIONAL_ISSUERS', 'https://*.auth0.com/'],
    ['DELEGATION_ALLOWED_ACTORS', '*'],
    ['DELEGATION_ALLOWED_ACTORS', 'service-*'],
    ['MCP_BASELINE_SCOPES', '*'],
    ['MCP_AUTH0_EXCHANGE_SCOPE', '*'],
    ['TRUST_PROXY', '*'],
    ['TRUST_PROXY', '10.0.*.*'],
  ])('[case 39] %s takes no wildcard, which would match nothing: %s', (key, value) => {
    expect(hintOf(key, value).length).toBeGreaterThan(20)
  })

  test.each([
    ['ALLOWED_HOSTS', 'a.example;b.example'],
    ['ALLOWED_HOSTS', '["a.example"]'],
    ['ALLOWED_ORIGINS', 'https://a.example;https://b.example'],
    ['MCP_BASELINE_SCOPES', 'tool:a;tool:b'],
    ['MCP_BASELINE_SCOPES', '["tool:a","tool:b"]'],
    ['DELEGATION_ALLOWED_ACTORS', '["a"]'],
    ['ADDITIONAL_ISSUERS', 'https://a.example/;https://b.example/'],
  ])('[case 39] %s is no JSON, and has no semicolons: %s', (key, value) => {
    expect(hintOf(key, value).length).toBeGreaterThan(20)
  })

  test('[case 39] a list of a hierarchy has spaces alone, since commas stand within its entries', () => {
    const { scopeHierarchy: hierarchy } = parse({ SCOPE_HIERARCHY: 'a=b,c d=e' }).access
    expect(hierarchy).toEqual({ a: ['b', 'c'], d: ['e'] })
    expect(hintOf('SCOPE_HIERARCHY', 'a=b, d=e')).toContain('separated by spaces')
  })
})
