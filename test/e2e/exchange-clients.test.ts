import { Agent } from 'node:https'
import { AuthClient } from '@auth0/auth0-auth-js'
import { afterEach, describe, expect, test } from 'vitest'
import { loadDirectory, withIdentifiers } from '../../apps/authorization-server/directory.js'
import { startTlsAuthorizationServer } from '../../apps/authorization-server/testing/tls-server.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { startStack } from '../../apps/development/start-stack.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { createApp } from '../../src/server/app.js'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Config, type Environment } from '../../src/config/config.js'
import { createAuth0ApiClientExchanger } from '../../src/exchange/auth0-api-client-exchanger.js'
import { ACCESS_TOKEN_TYPE } from '../../src/exchange/token-exchanger.js'
import type { Claims } from '../../src/identity/caller.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { serve } from '../../src/server/serve.js'
import { greet } from '../../src/tools/greet.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { trustingFetch } from '../../apps/authorization-server/testing/serve-tls.js'

interface Running {
  readonly endpoint: URL
  readonly fetch?: Fetch
  readonly seenByApi: Claims[]
  close(): Promise<void>
}

type Mount = (
  config: Config,
  fetch: Fetch,
) => Promise<{ readonly handler: Parameters<typeof serve>[0]['handler']; close(): Promise<void> }>

const composed: Mount = (config, fetch) => composeServer(config, new RecordingLog(), { fetch })

/** The exchange by an `ApiClient` that somebody else has made, mounted as a library user does it. */
const withApiClient: Mount = async (config, fetch) => {
  const { clientId, clientAuthentication } = config.exchange
  if (!('secret' in clientAuthentication)) throw new Error('a secret is needed')
  const client = new AuthClient({
    domain: new URL(config.issuer.primary).host,
    clientId,
    clientSecret: clientAuthentication.secret.reveal(),
    customFetch: fetch,
  })
  const profile = { subjectTokenType: ACCESS_TOKEN_TYPE, requestedTokenType: ACCESS_TOKEN_TYPE }
  const apiClient = {
    getTokenOnBehalfOf: (subjectToken: string, options: { audience: string; scope?: string }) =>
      client.exchangeToken({ ...options, ...profile, subjectToken }),
    getTokenByExchangeProfile: () => Promise.reject(new Error('not used')),
  }
  const app = createApp({
    endpoint: config.endpoint,
    resource: config.resource.resource,
    issuer: config.issuer.primary,
    client: { id: clientId, exchanger: createAuth0ApiClientExchanger({ apiClient }) },
    apis: Object.fromEntries(
      Object.entries(config.apis).map(([name, { audience, baseUrl }]) => [
        name,
        { audience, baseUrl },
      ]),
    ),
    tools: [greet],
    baselineScopes: config.resource.baselineScopes,
    ...{ access: config.access, http: config.http, fetch },
    log: new RecordingLog(),
  })
  return Promise.resolve({ handler: app.express, close: app.close })
}

/** Everything as it would be with Auth0: https to the tenant, its paths, its dialects. */
async function startWithTenant(environment: Environment, mount: Mount): Promise<Running> {
  const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
  const [api, mcp] = [await listen(), await listen()]
  const apiAudience = `http://localhost:${api.port}/`
  const mcpAudience = `http://localhost:${mcp.port}/mcp`
  const tenant = await startTlsAuthorizationServer({
    directory: withIdentifiers(loadDirectory(), { mcp: mcpAudience, api: apiAudience }),
  })
  const fetch = trustingFetch(tenant.ca)
  const seenByApi: Claims[] = []
  api.attach(
    createDownstreamApi({
      issuer: tenant.issuer,
      audience: apiAudience,
      agent: new Agent({ ca: tenant.ca }),
      onCall: (claims) => seenByApi.push(claims),
    }),
  )
  const config = parseConfig({
    AUTH0_DOMAIN: new URL(tenant.issuer).host,
    AUTH0_AUDIENCE: mcpAudience,
    PORT: `${mcp.port}`,
    API_AUTH0_AUDIENCE: apiAudience,
    API_BASE_URL: apiAudience,
    ...environment,
  })
  const mounted = await mount(config, fetch)
  if (mounted.handler !== undefined) mcp.attach(mounted.handler)
  return {
    endpoint: config.endpoint,
    fetch,
    seenByApi,
    async close() {
      await mcp.close()
      await mounted.close()
      await Promise.all([api.close(), tenant.close()])
    },
  }
}

const ON_BEHALF_OF: Environment = {
  MCP_AUTH0_CLIENT_ID: 'mcp-server',
  MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-mcp-server',
}

const CUSTOM: Environment = {
  MCP_AUTH0_CLIENT_ID: 'mcp-server-custom',
  MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-custom-mcp-server',
  MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:fastmcp:mcp',
}

async function startGeneric(): Promise<Running> {
  const seenByApi: Claims[] = []
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
    onApiCall: (claims) => seenByApi.push(claims),
  })
  return { endpoint: stack.endpoint, seenByApi, close: () => stack.close() }
}

describe('the whole flow, from the first 401 to the answer of the API', () => {
  let running: Running

  afterEach(() => running.close())

  const flows: readonly [string, () => Promise<Running>, string | undefined][] = [
    ['any RFC 8693 server', startGeneric, 'mcp-server'],
    [
      'Auth0 On-Behalf-Of, by its SDK over TLS',
      () => startWithTenant(ON_BEHALF_OF, composed),
      'mcp-server',
    ],
    [
      'Auth0 Custom Token Exchange, by its SDK over TLS',
      () => startWithTenant(CUSTOM, composed),
      undefined,
    ],
    [
      'an ApiClient of somebody else’s making',
      () => startWithTenant(ON_BEHALF_OF, withApiClient),
      'mcp-server',
    ],
  ]

  test.each(flows)('with %s', async (_, start, actor) => {
    running = await start()
    const session = await connectAs({
      endpoint: running.endpoint,
      username: 'alice',
      ...(running.fetch === undefined ? {} : { fetch: running.fetch }),
    })
    try {
      const result = await session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
      expect(result).toMatchObject({
        structuredContent: { api: { sub: 'auth0|alice', scopes: 'read:private' } },
      })
      expect(running.seenByApi).toHaveLength(1)
      const [claims] = running.seenByApi
      expect((claims?.['act'] as { sub?: string } | undefined)?.sub).toBe(actor)
    } finally {
      await session.close()
    }
  })
})
