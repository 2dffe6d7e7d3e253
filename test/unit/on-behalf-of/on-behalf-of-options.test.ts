import { onBehalfOf, Secret, type OnBehalfOfOptions } from 'mcp-on-behalf-of'
import { parseConfig } from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'

const ENDPOINT = new URL('https://mcp.example/mcp')
const API = { audience: 'https://api.example/', baseUrl: new URL('https://api.example') }
const GREET = {
  name: 'greet',
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
}

describe('the options of onBehalfOf', () => {
  const sound: OnBehalfOfOptions = {
    endpoint: ENDPOINT,
    issuer: 'https://issuer.example/',
    client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
    apis: { api: API },
    tools: [GREET],
    baselineScopes: ['tool:greet'],
  }

  const issues = (change: Record<string, unknown>): string[] => {
    try {
      onBehalfOf({ ...sound, ...change })
      return []
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      return (error as Error).message.split('\n').slice(1)
    }
  }

  test('the options of onBehalfOf are sound as documented', () => {
    expect(issues({})).toEqual([])
    const key = new Secret('a key')
    expect(issues({ client: { id: 'a', method: 'private_key_jwt', privateKey: key } })).toEqual([])
    expect(issues({ client: { id: 'a', method: 'tls_client_auth' } })).toEqual([])
    const exchanger = { exchange: () => Promise.reject(new Error('not called')) }
    expect(issues({ client: { id: 'a', exchanger } })).toEqual([])
  })

  const APART = ['https://login.example.com/', 'https://tenant.eu.auth0.com/']

  test("[S15] the options of onBehalfOf send a client's secret to issuers of several hosts only where that is asked for", () => {
    expect(issues({ issuer: APART })).toEqual([
      expect.stringMatching(/^ {2}- issuer: "https:\/\/tenant\.eu\.auth0\.com\/" would be sent/),
    ])
    expect(issues({ issuer: APART, dangerouslyShareClientSecret: true })).toEqual([])
    const authentication = { current: () => ({ secret: new Secret('one that changes') }) }
    expect(issues({ issuer: APART, client: { id: 'a', authentication } })).toHaveLength(1)
    expect(issues({ issuer: APART, dangerouslyShareClientSecret: false })).toHaveLength(1)
    const below = ['https://example.com/', 'https://login.example.com/realms/one']
    expect(issues({ issuer: below })).toEqual([])
  })

  test('[S15] the options of onBehalfOf let issuers of several hosts share a client that proves itself with a key', () => {
    const key = new Secret('a key')
    const client = { id: 'a', method: 'private_key_jwt', privateKey: key }
    expect(issues({ issuer: APART, client })).toEqual([])
    expect(issues({ issuer: APART, client: { id: 'a', method: 'tls_client_auth' } })).toEqual([])
  })

  test('[case 21] the options of onBehalfOf may say where the documents of the issuer are, over http only where an option shouts', () => {
    const inside = {
      metadataUrl: 'http://keycloak:8080/metadata',
      jwksUrl: 'http://keycloak:8080/keys',
    }
    const shouting = { dangerouslyAllowHttp: true }
    expect(issues({ ...inside, ...shouting })).toEqual([])
    expect(issues(inside)).toEqual([
      expect.stringMatching(/metadataUrl: must be https/),
      expect.stringMatching(/jwksUrl: must be https/),
    ])
    expect(issues({ metadataUrl: 'metadata', jwksUrl: 5 })).toEqual([
      expect.stringMatching(/metadataUrl: must be a URL/),
      expect.stringMatching(/jwksUrl: must be the URL of a document/),
    ])
  })

  test('[case 22] the options of onBehalfOf name no issuer that is a template for many tenants', () => {
    const template = 'https://login.example/{tenantid}/v2.0'
    for (const issuer of [template, ['https://id.example/', template]]) {
      expect(issues({ issuer }).join()).toContain('the issuer of your own tenant')
    }
  })

  test('the options of onBehalfOf of how tokens are read are checked as the rest', () => {
    const policy = { userClaim: 'email', scopeClaim: 'tools', scopePrefix: 'api://id' }
    expect(
      issues({
        ...{ tokenAudience: 'guid', toleratedAudiences: ['account'], clockToleranceSeconds: 60 },
        callerPolicy: { ...policy, isMachine: () => false, dangerouslyAllowMachineTokens: false },
      }),
    ).toEqual([])
    const found = issues({
      ...{ tokenAudience: '', toleratedAudiences: [API.audience], clockToleranceSeconds: 61 },
      callerPolicy: { userClaim: '', scopeClaim: 7, scopePrefix: 'a b' },
    }).join('\n')
    for (const name of [
      ...['tokenAudience', 'clockToleranceSeconds', 'apis.api.audience'],
      ...['userClaim', 'scopeClaim', 'scopePrefix'].map((n) => `callerPolicy.${n}`),
    ]) {
      expect(found).toContain(`- ${name}: `)
    }
    expect(issues({ callerPolicy: { isMachine: 'yes' } })).toHaveLength(1)
  })

  test('the options of onBehalfOf that are missing are named all at once', () => {
    const missing = () => onBehalfOf({} as OnBehalfOfOptions)
    for (const name of ['endpoint', 'issuer', 'client', 'apis', 'tools']) {
      expect(missing).toThrow(new RegExp(`^  - ${name}: `, 'm'))
    }
    expect(() => onBehalfOf(undefined as unknown as OnBehalfOfOptions)).toThrow(/- options: /)
  })

  test('the options of onBehalfOf that are faulty are named all at once, alone and taken together', () => {
    const found = issues({
      endpoint: new URL('http://mcp.example/mcp?a=b'),
      issuer: ['http://issuer.example/', 'nothing'],
      client: { id: '', secret: 'a bare string' },
      apis: {
        own: { ...API, audience: 'http://mcp.example/mcp?a=b' },
        plain: { ...API, baseUrl: new URL('http://api.example') },
      },
      tools: [GREET, { ...GREET, requiredScopes: ['two scopes'] }, { requiredScopes: 'none' }],
      baselineScopes: 'tool:greet',
      http: {
        allowedOrigins: ['https://a.example/'],
        allowedHosts: ['https://b'],
        rateLimitPerAddress: -1,
      },
      exchange: { requireActor: 'yes' },
      access: { authorizationClaims: 'scopes' },
      apiCall: {},
    }).join('\n')
    for (const place of [
      'endpoint: must have no user name',
      'endpoint: must be https',
      'issuer: must be https',
      'issuer.1: must be a URL',
      'client.id',
      "client.secret: must be a Secret: new Secret('…')",
      "apis.own.audience: is this server's own",
      'apis.plain.baseUrl: must be https',
      'tools.0 ("greet").downstream.api: "api" is none of the apis (own, plain)',
      'tools.1 ("greet").name: "greet" is given twice',
      'tools.1 ("greet").requiredScopes.0',
      'tools.2.name',
      'tools.2.requiredScopes',
      'baselineScopes: must be a list of scopes',
      'http.allowedOrigins.0',
      'http.allowedHosts.0',
      'http.rateLimitPerAddress',
      'exchange.requireActor',
      'access.authorizationClaims',
      'has an unknown option: "apiCall" (did you mean "apiCalls"?)',
    ]) {
      expect(found).toContain(place)
    }
    expect(found).not.toContain('a bare string')
  })

  test('the options of onBehalfOf say what kind of value is missing, not what a library calls it', () => {
    const given = { endpoint: 'https://mcp.example/mcp', apis: undefined, tools: undefined }
    expect(issues({ ...given, client: undefined })).toEqual([
      "  - endpoint: must be a URL object: new URL('…')",
      '  - client: must be an object',
      '  - apis: must be the APIs, by the names that tools declare',
      '  - tools: must be a list of tools',
    ])
    expect(issues({ apis: { api: { ...API, baseUrl: 'https://api.example' } } })).toEqual([
      "  - apis.api.baseUrl: must be a URL object: new URL('…')",
    ])
  })

  test('the options of onBehalfOf refuse unknown members of client, of an API and of a downstream, and say which was meant', () => {
    const secret = new Secret('secret-of-the-mcp-server')
    expect(
      issues({
        client: { id: 'mcp-server', secret, keyID: 'a' },
        apis: { api: { ...API, baseURL: API.baseUrl } },
        tools: [{ ...GREET, downstream: { ...GREET.downstream, scope: 'a', timeout: 5 } }],
      }),
    ).toEqual([
      '  - client: has an unknown option: "keyID" (did you mean "keyId"?)',
      '  - apis.api: has an unknown option: "baseURL" (did you mean "baseUrl"?)',
      '  - tools.0 ("greet").downstream: has unknown members: "scope" (did you mean "scopes"?), "timeout"',
    ])
    expect(issues({ client: { id: 'mcp-server', secrt: secret } })).toEqual([
      '  - client: has an unknown option: "secrt" (did you mean "secret"?)',
      '  - client: must have a secret, a method, an authentication or an exchanger',
    ])
    expect(issues({ client: { id: 'mcp-server', method: 'basic', secret } })).toHaveLength(1)
  })

  test('the options of onBehalfOf say that what limits the calls of an API goes into apiCalls, as for the api of a whole configuration', () => {
    const config = parseConfig({
      ISSUER_BASE_URL: 'https://issuer.example/',
      AUTH0_AUDIENCE: ENDPOINT.href,
      MCP_AUTH0_CLIENT_ID: 'mcp-server',
      MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
      API_AUTH0_AUDIENCE: API.audience,
      API_BASE_URL: API.baseUrl.href,
    })
    expect(issues({ apis: { api: { ...API, ...config.apiCalls } } })).toEqual([
      '  - apis.api: may have only audience, baseUrl, exchange and problems: move "timeoutMs", "maxBytes", "connections", "concurrencyPerUser" to apiCalls',
    ])
    expect(issues({ apis: { api: { ...API, timeoutMs: 5, baseURL: 'x' } } })).toEqual([
      '  - apis.api: has an unknown option: "baseURL" (did you mean "baseUrl"?); may have only audience, baseUrl, exchange and problems: move "timeoutMs" to apiCalls',
    ])
  })

  test.each([
    ['downStream', 'downstream'],
    ['requiredScope', 'requiredScopes'],
    ['required_scopes', 'requiredScopes'],
    ['Name', 'name'],
  ])(
    'the options of onBehalfOf refuse a member of a tool that looks misspelt, with the name of the tool: %s',
    (misspelt, meant) => {
      expect(issues({ tools: [GREET, { ...GREET, name: 'my_notes', [misspelt]: [] }] })).toEqual([
        `  - tools.1 ("my_notes"): has an unknown member: "${misspelt}" (did you mean "${meant}"?)`,
      ])
    },
  )

  test('the options of onBehalfOf name a misspelt member of a tool beside the one that is missing for it', () => {
    expect(issues({ tools: [{ name: 'my_notes', requiredScope: ['note:read'] }] })).toEqual([
      '  - tools.0 ("my_notes").requiredScopes: must be a list of scopes',
      '  - tools.0 ("my_notes"): has an unknown member: "requiredScope" (did you mean "requiredScopes"?)',
    ])
    expect(issues({ tools: [null, 'greet'] })).toHaveLength(2)
  })

  test('the options of onBehalfOf let a tool have members of its own', () => {
    const own = { title: 'Greet', handler: () => 'hello', inputSchema: {}, scopes: [], icons: [] }
    expect(issues({ tools: [{ ...GREET, ...own }] })).toEqual([])
  })

  test.each([
    [{ secret: new Secret('') }, 'client.secret: is empty'],
    [{ secret: new Secret(' \n') }, 'client.secret: is empty'],
    [{ secret: 'plain' }, "client.secret: must be a Secret: new Secret('…')"],
    [{ method: 'private_key_jwt' }, 'client.privateKey: must be a Secret'],
    [{ method: 'private_key_jwt', privateKey: new Secret('') }, 'client.privateKey: is empty'],
    [{ exchanger: {} }, 'client.exchanger: must have an exchange function'],
    [{ authentication: {} }, 'client.authentication: must have a function current'],
    [
      { authentication: { current: () => ({ secret: 'plain' }) } },
      "client.authentication.secret: must be a Secret: new Secret('…')",
    ],
    [{}, 'client: must have a secret, a method, an authentication or an exchanger'],
  ])(
    'the options of onBehalfOf name what is wrong with the proof of the client: %j',
    (proof, text) => {
      const found = issues({ client: { id: 'mcp-server', ...proof } })
      expect(found).toHaveLength(1)
      expect(found[0]).toContain(text)
      expect(found[0]).not.toContain('plain')
    },
  )

  test.each(['hide', 'show'])(
    'the options of onBehalfOf refuse lockedTools, which the server that lists the tools decides, and say where it goes: %s',
    (lockedTools) => {
      expect(issues({ access: { lockedTools } })).toEqual([
        '  - access.lockedTools: has no effect here, for your MCP server lists its tools itself. Give lockedTools to createToolAccess, and list the tools that its visibleTo(caller) returns',
      ])
      expect(issues({ access: { lockedTools: undefined } })).toEqual([])
    },
  )

  test('the options of onBehalfOf permit plain http on this machine, and elsewhere only where it is shouted', () => {
    const here = { endpoint: new URL('http://localhost:1/mcp'), issuer: 'http://127.0.0.1:1/' }
    expect(issues(here)).toEqual([])
    const elsewhere = { issuer: 'http://issuer.internal/' }
    expect(issues(elsewhere)).toHaveLength(1)
    expect(issues({ ...elsewhere, dangerouslyAllowHttp: true })).toEqual([])
  })
})
