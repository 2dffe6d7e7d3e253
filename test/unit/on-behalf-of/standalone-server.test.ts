import { describe, expect, test } from 'vitest'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { withDefaults, type ResolvedOptions } from '../../../src/on-behalf-of/defaults.js'
import type { OnBehalfOfOptions } from '../../../src/on-behalf-of/options.js'
import { Secret } from '../../../src/secret.js'
import { createConnections } from '../../../src/server/connections.js'
import { appOptions } from '../../../src/server/app-options.js'
import { serverTools } from '../../../src/server/from-config.js'
import { LEAST } from '../../helpers/least-settings.js'

/** Every setting that is an option, in another way than by default. */
const CHANGED = {
  ...LEAST,
  ISSUER_BASE_URL: 'https://issuer.example/11111111-2222-3333-4444-555555555555/v2.0',
  IDENTITY_PROVIDER: 'entra',
  ALLOWED_TENANTS: '22222222-3333-4444-5555-666666666666',
  AUTH0_AUDIENCE: 'https://mcp.example/under/mcp',
  MCP_SERVER_URL: 'https://mcp.example/under',
  TOKEN_AUDIENCE: 'other-audience',
  TOLERATED_AUDIENCES: 'https://tolerated.example/',
  CLOCK_TOLERANCE_SECONDS: '7',
  VERIFIED_TOKEN_CACHE_ENTRIES: '9',
  METADATA_LOCATION: 'path',
  ISSUER_METADATA_URL: 'https://issuer.example/metadata',
  JWKS_URL: 'https://issuer.example/keys',
  ADDITIONAL_ISSUERS: 'https://other.example/33333333-2222-3333-4444-555555555555/v2.0',
  DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
  DANGEROUSLY_ALLOW_HTTP: 'true',
  KEYS_STALE_HOURS: '3',
  MCP_BASELINE_SCOPES: 'tool:greet',
  AUTHORIZATION_CLAIMS: 'permissions',
  PERMISSION_CLIENTS: 'a-client',
  SCOPE_HIERARCHY: 'tool:admin=tool:greet',
  LOCKED_TOOLS: 'show',
  STEP_UP_SCOPES: 'required',
  PUBLIC_TOOLS: 'get_datetime',
  CHALLENGE_RESULT_CLIENTS: 'a-client',
  STRUCTURED_DENIALS: 'on',
  USER_CLAIM: 'email',
  SUBJECT_CLAIMS: 'email tid',
  CLIENT_CLAIM: 'app',
  SCOPE_PREFIX: 'api://mcp/',
  DELEGATION_MAX_DEPTH: '2',
  DELEGATION_ALLOWED_ACTORS: 'gateway',
  MCP_SESSIONS: 'on',
  BACKCHANNEL_LOGOUT_CLIENTS: 'a-client',
  SESSION_CLAIM: 'session',
  ALLOWED_HOSTS: 'inner.example',
  ALLOWED_ORIGINS: 'https://app.example',
  RATE_LIMIT_PER_ADDRESS: '1',
  PUBLIC_RATE_LIMIT_PER_ADDRESS: '6',
  PUBLIC_CONCURRENCY: '7',
  RATE_LIMIT_PER_CALLER: '2',
  BODY_BYTES_PER_CALLER: '3',
  CONCURRENCY_PER_CALLER: '4',
  TOOL_LIMITS: 'greet=3,1',
  MAX_BODY_BYTES: '5000',
  EXCHANGE_ISSUER: 'https://exchange.example/',
  EXCHANGE_CLIENT: 'rfc8693',
  EXCHANGE_TARGET_PARAMETER: 'both',
  EXCHANGE_REQUESTED_TOKEN_TYPE: 'jwt',
  EXCHANGE_ACTOR_TOKEN: 'client_credentials',
  EXCHANGE_ISSUED_TOKEN_TYPE: 'optional',
  EXCHANGE_ACTOR_CHECK: 'none',
  EXCHANGE_SCOPE_REQUEST: 'default',
  EXCHANGE_SCOPE_CASE: 'ignored',
  EXCHANGE_ACTOR: 'actor',
  EXCHANGE_REQUIRE_ACTOR: 'true',
  EXCHANGE_TIMEOUT_MS: '600',
  EXCHANGE_RATE_PER_SECOND: '7',
  EXCHANGE_CACHE_ENTRIES: '8',
  MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:example:custom',
  FORWARD_CLIENT_ADDRESS: 'true',
  DANGEROUSLY_ALLOW_OPAQUE_TOKENS: 'true',
  DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE: 'true',
  API_TIMEOUT_MS: '900',
  API_CONNECTIONS: '10',
  API_CONCURRENCY_PER_USER: '5',
  API_MAX_BYTES: '2048',
  AUDIT_SINK: './audit.jsonl',
  TRACE_CONTEXT: 'continue',
} as const satisfies Environment

/** Set by each server for itself. */
const OWN = [
  'tools',
  'log',
  'client',
  'apis',
  'endpoint',
  'issuer',
  'trustProxy',
  'homePage',
  'mount',
  'toolSecuritySchemes',
  'confirmation',
  'shared',
  'revocation',
  'signOut',
] as const

/** `code`: what no setting can say. `fixed`: what the standalone server decides in another way, whatever its settings. */
type Origin = 'setting' | 'code' | 'fixed'
type Origins<Options> = { readonly [Name in keyof Options]-?: Origin }
type Group = 'access' | 'callerPolicy' | 'delegation' | 'http' | 'exchange' | 'apiCalls'
type Single = Exclude<keyof OnBehalfOfOptions, Group | (typeof OWN)[number]>

/** Each option of `onBehalfOf`, and where its value comes from in the standalone server; the compiler misses none. */
const OPTIONS: {
  readonly [Name in Group]: Origins<NonNullable<OnBehalfOfOptions[Name]>>
} & Readonly<Record<Single, Origin>> = {
  resource: 'setting',
  tokenAudience: 'setting',
  toleratedAudiences: 'setting',
  clockToleranceSeconds: 'setting',
  verifiedTokenCacheEntries: 'setting',
  identityProvider: 'setting',
  allowedTenants: 'setting',
  metadataLocation: 'setting',
  metadataUrl: 'setting',
  jwksUrl: 'setting',
  keysStaleMs: 'setting',
  traceContext: 'setting',
  policy: 'code',
  policyTimeoutMs: 'code',
  // The SDK servers have the tools of the registry and no others.
  undeclaredTools: 'fixed',
  baselineScopes: 'setting',
  challengeResultClients: 'setting',
  structuredDenials: 'setting',
  access: {
    authorizationClaims: 'setting',
    permissionClients: 'setting',
    scopeHierarchy: 'setting',
    lockedTools: 'setting',
    stepUpScopes: 'setting',
    publicTools: 'setting',
  },
  callerPolicy: {
    userClaim: 'setting',
    subjectClaims: 'setting',
    clientClaim: 'setting',
    scopePrefix: 'setting',
    sessionClaim: 'setting',
    // Rules STEP_UP_SCOPES out: test/unit/config/token-settings.test.ts.
    scopeClaim: 'fixed',
    isMachine: 'code',
    // Machines count as users for nobody who runs the standalone server.
    dangerouslyAllowMachineTokens: 'code',
  },
  delegation: { maxDepth: 'setting', allowedActors: 'setting', authorize: 'code' },
  sessions: 'setting',
  http: {
    allowedHosts: 'setting',
    allowedOrigins: 'setting',
    rateLimitPerAddress: 'setting',
    publicRateLimitPerAddress: 'setting',
    publicConcurrency: 'setting',
    rateLimitPerCaller: 'setting',
    bodyBytesPerCaller: 'setting',
    concurrencyPerCaller: 'setting',
    toolLimits: 'setting',
    maxBodyBytes: 'setting',
  },
  observer: 'code',
  audit: 'setting',
  exchange: {
    issuer: 'setting',
    actor: 'setting',
    requireActor: 'setting',
    // By EXCHANGE_CLIENT=rfc7523, which rules the parameters of RFC 8693 out: test/unit/config/identity-provider.test.ts.
    grant: 'fixed',
    // For EXCHANGE_CLIENT=rfc7523 alone.
    clientCapabilities: 'fixed',
    targetParameter: 'setting',
    requestedTokenType: 'setting',
    actorToken: 'setting',
    issuedTokenType: 'setting',
    actorCheck: 'setting',
    scopeRequest: 'setting',
    scopeCase: 'setting',
    timeoutMs: 'setting',
    ratePerSecond: 'setting',
    cacheEntries: 'setting',
    subjectTokenType: 'setting',
    forwardClientAddress: 'setting',
    dangerouslyAllowOpaqueTokens: 'setting',
    dangerouslyAllowUnboundDowngrade: 'setting',
    cache: 'code',
    caching: 'code',
    resilience: 'code',
    // Made of the proxy and the authorities of the settings: test/integration/ways-out.test.ts.
    fetch: 'fixed',
  },
  apiCalls: {
    timeoutMs: 'setting',
    connections: 'setting',
    concurrencyPerUser: 'setting',
    maxBytes: 'setting',
    fetch: 'fixed',
  },
  fetch: 'fixed',
  dangerouslyShareClientSecret: 'setting',
  dangerouslyAllowHttp: 'setting',
}

const LIBRARY: OnBehalfOfOptions = {
  endpoint: new URL('http://localhost:3001/mcp'),
  issuer: 'https://issuer.example/',
  client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
  apis: { api: { audience: 'https://api.example/', baseUrl: new URL('https://api.example') } },
  tools: serverTools(),
}

/** What `onBehalfOf` makes of the options that a configuration leads to. */
async function standalone(environment: Environment): Promise<ResolvedOptions> {
  const config = parseConfig(environment)
  const connections = createConnections(config)
  try {
    const { sessions, ...options } = await appOptions(config, connections)
    return withDefaults({ ...options, tools: serverTools(), sessions: sessions !== undefined })
  } finally {
    await connections.close()
  }
}

function leaves(value: unknown, path = ''): readonly (readonly [path: string, leaf: unknown])[] {
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  ) {
    return [[path, value]]
  }
  return Object.entries(value).flatMap(([key, member]) =>
    path === '' && (OWN as readonly string[]).includes(key)
      ? []
      : leaves(member, path === '' ? key : `${path}.${key}`),
  )
}

describe('the standalone server as onBehalfOf', () => {
  test('every default of the standalone server is the default of onBehalfOf', async () => {
    const given = ([path, leaf]: readonly [string, unknown]): boolean =>
      leaf !== undefined && !/(?:^|\.)fetch$/.test(path)
    const own = Object.fromEntries(leaves(await standalone(LEAST)).filter(given))
    const library = Object.fromEntries(leaves(withDefaults(LIBRARY)).filter(given))
    // The client's own id is an audience that is always tolerated: the configuration writes it out.
    expect(own['toleratedAudiences']).toEqual(['mcp-server'])
    expect({ ...own, toleratedAudiences: [] }).toEqual(library)
    expect(own['baselineScopes']).toEqual(['tool:whoami', 'tool:greet'])
  })

  test('every option of onBehalfOf can be set by a setting of the standalone server, unless it is code', async () => {
    const byDefault = Object.fromEntries(leaves(await standalone(LEAST)))
    const changed = Object.fromEntries(leaves(await standalone(CHANGED)))
    const pathsThat = (is: Origin): string[] =>
      leaves(OPTIONS).flatMap(([path, origin]) => (origin === is ? [path] : []))
    const differing = Object.keys(changed).filter(
      (path) => JSON.stringify(changed[path]) !== JSON.stringify(byDefault[path]),
    )
    const reached = (path: string): boolean =>
      differing.some((found) => found === path || found.startsWith(`${path}.`))
    expect(pathsThat('setting').filter((path) => !reached(path))).toEqual([])
    expect(pathsThat('code').filter(reached)).toEqual([])
  })
})
