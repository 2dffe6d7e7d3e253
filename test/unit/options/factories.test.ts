import * as library from 'mcp-on-behalf-of'
import * as standalone from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'

type AnyFactory = (...given: readonly unknown[]) => unknown
type AnyClass = new (...given: readonly unknown[]) => unknown

const URL_HERE = new URL('https://mcp.example/mcp')

/** What each public factory is given, as a program in JavaScript may do, and the issues that the error has to name. */
const NONSENSE: Readonly<Record<string, readonly [given: readonly unknown[], issues: string[]]>> = {
  composeServer: [
    [{}, {}, { tools: 'greet', tokenCommand: '' }],
    ['tools', 'tokenCommand'],
  ],
  createApp: [[{ homePage: 'yes', endpoint: 'x' }], ['homePage']],
  createCachingExchanger: [
    [{}, { cache: {}, clientId: '', subjectTokenType: 'x' }],
    ['exchanger', 'cache', 'clientId'],
  ],
  createAuth0ApiClientExchanger: [[{}], ['apiClient']],
  createAuth0ApiClientVerifier: [[{ audience: 5 }], ['apiClient', 'issuers', 'audience']],
  createAuth0Exchanger: [
    [{ clientId: '', clientAuthentication: { secret: 'bare' } }],
    ['clientId', 'clientAuthentication.secret'],
  ],
  createCedarPolicy: [[{ policies: 5 }], ['policies']],
  createMemoryStore: [[{ maxEntries: 0 }], ['maxEntries']],
  createOpaPolicy: [[{ url: URL_HERE, token: 'bare' }], ['token']],
  createRedisStore: [[{ client: {}, timeoutMs: -1 }], ['client', 'timeoutMs']],
  createSharedEventBus: [[{ store: {}, keys: ['short'] }], ['store', 'keys']],
  createSharedTokenCache: [[{ store: {}, keys: ['short'] }], ['store', 'keys']],
  createIssuer: [[{ issuer: 'nonsense', jwksUrl: 'x' }], ['issuer', 'jwksUrl']],
  createJwtBearerVerifier: [[{ issuers: [], audience: '' }], ['issuers', 'audience']],
  createJwtBearerExchanger: [
    [{ clientCapabilities: ['"'] }],
    ['metadata', 'clientId', 'clientAuthentication', 'clientCapabilities\\.0'],
  ],
  confirmationPageRoute: [
    [{ client: { secret: 5 } }],
    ['page', 'issuers', 'client.id', 'client.secret'],
  ],
  createConfirmationPage: [[{ endpoint: URL_HERE, lifetimeMs: 0 }], ['lifetimeMs']],
  createMemoryTokenCache: [[{ maxEntries: 0 }], ['maxEntries']],
  createOutgoingFetch: [[{ connections: -1, proxy: { http: 'x' } }], ['connections', 'proxy.http']],
  createProcessLog: [[{ level: 'loud', destination: 'x' }], ['level', 'destination']],
  createRfc8693Exchanger: [[{}], ['metadata', 'clientId', 'clientAuthentication']],
  createClientList: [[['two words']], ['entries']],
  createScopeNames: [[{ own: 'tool:greet' }], ['own']],
  createToolAccess: [[{ tools: [] }, { lockedTools: 'maybe' }], ['lockedTools']],
  createToolRegistry: [
    [[{ name: 'a' }, { requiredScopes: [] }]],
    ['tools\\.0 \\("a"\\)\\.requiredScopes', 'tools\\.1\\.name'],
  ],
  errorHandler: [[{}], ['resourceMetadataUrl', 'log']],
  homePageRoute: [[{ endpoint: URL_HERE, name: '' }], ['name', 'resource', 'tools']],
  hostAndOriginValidation: [[{ endpoint: 'x', allowedHosts: 5 }], ['endpoint', 'allowedHosts']],
  jsonBody: [['large'], ['maxBytes']],
  knownHosts: [[{ endpoint: 'x', allowedHosts: ['https://x'] }], ['endpoint', 'allowedHosts']],
  limitByAddress: [[{ perMinute: -1 }], ['perMinute']],
  limitByCaller: [[{ perMinute: 1, bytesPerMinute: 'x' }], ['bytesPerMinute']],
  limitConcurrency: [[{}], ['concurrencyPerCaller']],
  limitTools: [[{}], ['registry', 'limits']],
  mcpRoute: [[{ sessions: { idleMs: -1 } }], ['createServer', 'sessions.idleMs']],
  onBehalfOf: [[{}], ['endpoint', 'issuer', 'client', 'apis', 'tools']],
  createExchangePipeline: [
    [{}, { issuers: [], clientId: '', tokenAudience: '' }],
    ['adapter', 'issuers', 'clientId', 'tokenAudience'],
  ],
  protectedResourceMetadataRoute: [
    [URL_HERE, { resource: '' }],
    ['description.resource', 'description.authorizationServers', 'description.baselineScopes'],
  ],
  requestContext: [['x'], ['createId']],
  requireBearerAuth: [
    [{ callerPolicy: { userClaim: 5 } }],
    ['verifier', 'resource', 'endpoint', 'callerPolicy'],
  ],
  createConfirmation: [
    [{ keys: ['short'], lifetimeMs: 0, clock: 5 }],
    ['keys.0', 'lifetimeMs', 'clock'],
  ],
  createResilientExchanger: [
    [{}, { breaker: { threshold: 0 } }],
    ['exchanger', 'breaker.threshold'],
  ],
  serve: [[{ host: '', port: 65_536, handler: 'x', log: {} }], ['host', 'port', 'handler', 'log']],
  SessionRegistry: [[{ maxSessions: 'many' }], ['maxSessions']],
  tokenExchange: [
    [{ sessions: 'on', log: { event: () => undefined } }],
    ['registry', 'exchanger', 'apis', 'log', 'sessions'],
  ],
  toolScopes: [[{}], ['access']],
  createVerifyingExchanger: [
    [{}, {}],
    ['exchanger', 'issuerOf', 'clientId', 'tokenAudience'],
  ],
}

/** They take no options, or what they take is no option. */
const NO_FACTORIES = [
  ...['answerForms', 'authContextOf', 'authenticatedRequest', 'downstreamOf', 'endpointMethods'],
  ...['formBody', 'metadataUrl'],
  ...['OnBehalfOfError', 'parsePathTemplate', 'ProxyError', 'Secret', 'securityHeaders'],
  'StoreUnavailableError',
  'verifyExchangedToken',
  ...[
    'ConfigError',
    'defineTool',
    'isUnconfigured',
    'parseConfig',
    'readEnvironment',
    'requireCaller',
  ],
  'securitySchemesOf',
]

const EXPORTED: readonly (readonly [string, unknown])[] = Object.entries({
  ...library,
  ...standalone,
}).filter(([, value]) => typeof value === 'function')

/** What the factory throws, at once or by a promise. */
async function refusalOf(name: string, given: readonly unknown[]): Promise<unknown> {
  const made = EXPORTED.find(([exported]) => exported === name)?.[1]
  try {
    await (/^[A-Z]/.test(name) ? new (made as AnyClass)(...given) : (made as AnyFactory)(...given))
  } catch (error) {
    return error
  }
  return undefined
}

describe('the options of a public factory', () => {
  test('each exported function or class is among the factories here, or known to be none', () => {
    const names = EXPORTED.map(([name]) => name).sort()
    expect(names).toEqual([...Object.keys(NONSENSE), ...NO_FACTORIES].sort())
  })

  test.each(Object.entries(NONSENSE))(
    'nonsense is refused while the app is put together, and each issue is named: %s',
    async (name, [given, issues]) => {
      const thrown = await refusalOf(name, given)
      expect(thrown).toBeInstanceOf(TypeError)
      const { message } = thrown as TypeError
      expect(message).toMatch(new RegExp(`^${name}\\(\\) was given unusable options:\\n`))
      for (const issue of issues)
        expect(message).toMatch(new RegExp(`^  - (?:\\S+\\.)?${issue}`, 'm'))
    },
  )

  test.each(Object.entries(NONSENSE).filter(([, [[first]]]) => first?.constructor === Object))(
    '[A12] an option that does not exist is refused by name: %s',
    async (name, [given]) => {
      const last = given.at(-1) as object
      const withUnknown = [...given.slice(0, -1), { ...last, nonsense: true }]
      const { message } = (await refusalOf(name, withUnknown)) as TypeError
      expect(message).toMatch(/has an unknown option: "nonsense"/)
    },
  )

  test('limits of calls within an API are refused by tokenExchange, which says that they are options of its own', () => {
    const api = { audience: 'https://api.example/', baseUrl: URL_HERE, timeoutMs: 5 }
    const given = { registry: library.createToolRegistry([]), apis: { api }, exchanger: {} }
    expect(() => library.tokenExchange(given as never)).toThrow(
      '  - apis.api: may have only audience, baseUrl, exchange and problems: move "timeoutMs" to the options of tokenExchange',
    )
  })
})
