import { Agent } from 'node:https'
import { parseEnv } from 'node:util'
import { AuthClient } from '@auth0/auth0-auth-js'
import type { Express } from 'express'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDirectory, withIdentifiers } from '../../apps/authorization-server/directory.js'
import {
  startTlsAuthorizationServer,
  type TlsAuthorizationServer,
} from '../../apps/authorization-server/testing/tls-server.js'
import type { AuthorizationServerEvent } from '../../apps/authorization-server/authorization-server.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { createMovedOverApp } from '../../examples/auth0-quickstart/after.js'
import {
  createQuickstartApp,
  type QuickstartApiClient,
} from '../../examples/auth0-quickstart/before.js'
import { ACCESS_TOKEN_TYPE } from '../../src/exchange/token-exchanger.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { scanned } from '../helpers/leak-scan.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { trustingFetch } from '../../apps/authorization-server/testing/serve-tls.js'

/** What `ApiClient` does, by way of the library it is built on. */
function apiClientFor(env: NodeJS.ProcessEnv, fetch: Fetch): QuickstartApiClient {
  const issuer = `https://${env['AUTH0_DOMAIN'] ?? ''}/`
  const client = new AuthClient({
    domain: env['AUTH0_DOMAIN'] ?? '',
    clientId: env['MCP_AUTH0_CLIENT_ID'] ?? '',
    clientSecret: env['MCP_AUTH0_CLIENT_SECRET'] ?? '',
    customFetch: fetch,
  })
  const profile = { subjectTokenType: ACCESS_TOKEN_TYPE, requestedTokenType: ACCESS_TOKEN_TYPE }
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  return {
    async verifyAccessToken({ accessToken }) {
      const { jwks_uri: uri = '' } = (await client.getServerMetadata()) as { jwks_uri?: string }
      keys ??= createRemoteJWKSet(new URL(uri), { [customFetch]: fetch })
      const audience = env['AUTH0_AUDIENCE'] ?? ''
      return (await jwtVerify(accessToken, keys, { issuer, audience })).payload
    },
    getTokenOnBehalfOf: (subjectToken, options) =>
      client.exchangeToken({ ...options, ...profile, subjectToken }),
  }
}

describe('examples/auth0-quickstart', () => {
  let tenant: TlsAuthorizationServer
  let fetch: Fetch
  let env: NodeJS.ProcessEnv
  let mcp: ListeningServer
  let api: ListeningServer
  const events: AuthorizationServerEvent[] = []

  beforeEach(async () => {
    const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
    ;[api, mcp] = [await listen(), await listen()]
    const text = `
      AUTH0_DOMAIN=to-be-replaced
      AUTH0_AUDIENCE=http://localhost:${mcp.port}/
      PORT=${mcp.port}
      MCP_SERVER_URL=http://localhost:${mcp.port}
      MCP_AUTH0_CLIENT_ID=mcp-server
      MCP_AUTH0_CLIENT_SECRET=development-only-secret-of-the-mcp-server
      MCP_AUTH0_EXCHANGE_SCOPE="openid offline_access read:private"
      API_AUTH0_AUDIENCE=http://localhost:${api.port}/
      API_BASE_URL=http://localhost:${api.port}/`
    const { AUTH0_AUDIENCE = '', API_AUTH0_AUDIENCE = '', ...rest } = parseEnv(text)
    const identifiers = { mcp: AUTH0_AUDIENCE, api: API_AUTH0_AUDIENCE }
    events.length = 0
    tenant = await startTlsAuthorizationServer({
      directory: withIdentifiers(loadDirectory(), identifiers),
      log: (event) => events.push(event),
    })
    env = { ...rest, AUTH0_AUDIENCE, API_AUTH0_AUDIENCE, AUTH0_DOMAIN: new URL(tenant.issuer).host }
    fetch = trustingFetch(tenant.ca)
    api.attach(
      createDownstreamApi({
        issuer: tenant.issuer,
        audience: API_AUTH0_AUDIENCE,
        agent: new Agent({ ca: tenant.ca }),
      }),
    )
  })

  afterEach(() => Promise.all([mcp.close(), api.close(), tenant.close()]))

  const before = (): Express => createQuickstartApp(env, apiClientFor(env, fetch))
  const after = (): Express => createMovedOverApp(env, { log: new RecordingLog(), fetch })

  /** What a client reads when it calls each tool, greet twice; and how many exchanges that took. */
  const use = async (app: Express, username: string) => {
    mcp.attach(scanned(app))
    const exchangesBefore = exchanges()
    const endpoint = new URL('/mcp', env['MCP_SERVER_URL'])
    const session = await connectAs({ endpoint, username, fetch })
    try {
      const call = async (name: string, args: Record<string, unknown> = {}): Promise<string> => {
        const { content } = await session.client.callTool({ name, arguments: args })
        return (content as { text: string }[]).map(({ text }) => text).join('')
      }
      return {
        whoami: JSON.parse(await call('whoami')) as Record<string, unknown>,
        greet: [await call('greet', { name: 'Ada' }), await call('greet')],
        datetime: await call('get_datetime'),
        exchanges: exchanges() - exchangesBefore,
      }
    } finally {
      await session.close()
    }
  }

  const exchanges = (): number => events.filter(({ type }) => type === 'token_exchanged').length

  test('the tools answer as they did before, from the same .env, with one exchange for both calls', async () => {
    const was = await use(before(), 'alice')
    const is = await use(after(), 'alice')
    expect(is.greet).toEqual(was.greet)
    expect(is.greet[0]).toMatch(
      /^Hello, Ada \(auth0\|alice\)!\n\{"msg":"Hello from the protected API"/,
    )
    expect(is.whoami).toMatchObject({ user: { sub: 'auth0|alice' } })
    expect(is.whoami['scopes']).toEqual(was.whoami['scopes'])
    expect([was.datetime, is.datetime].map((text) => Number.isNaN(Date.parse(text)))).toEqual([
      false,
      false,
    ])
    expect([was.exchanges, is.exchanges]).toEqual([2, 1])
  })

  test('an error page of the API is no answer any more', async () => {
    api.attach((_req, res) => {
      res.writeHead(500, { 'Content-Type': 'application/json' }).end('{"stack":"at line 1"}')
    })
    const was = await use(before(), 'alice')
    const is = await use(after(), 'alice')
    expect(was.greet[1]).toContain('at line 1')
    expect(is.greet[1]).not.toContain('at line 1')
  })

  test.each(['AUTH0_DOMAIN', 'MCP_AUTH0_CLIENT_SECRET', 'API_BASE_URL'])(
    'without %s the app is not put together',
    (name) => {
      const lacking = { ...env, [name]: undefined }
      expect(() => createMovedOverApp(lacking, { log: new RecordingLog() })).toThrow(name)
    },
  )
})
