import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAuthorizationServer } from '../../apps/authorization-server/authorization-server.js'
import {
  loadDirectory,
  withIdentifiers,
  type Directory,
} from '../../apps/authorization-server/directory.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { createApp } from '../../src/server/app.js'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import type { Claims } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { RecordingLog } from '../helpers/recording-log.js'

/** Everything is let through. */
const NO_LIMITS = {
  rateLimitPerAddress: 0,
  rateLimitPerCaller: 0,
  bodyBytesPerCaller: 0,
  concurrencyPerCaller: 0,
}

const ANSWER = z.object({
  result: z.object({
    isError: z.boolean().optional(),
    content: z.array(z.object({ text: z.string() })),
  }),
})

/** A tool of the first server that calls `greet` on the second one, as the user. */
const relay = defineTool({
  name: 'relay',
  title: 'Relay',
  description: 'Calls greet on the second server.',
  inputSchema: z.strictObject({}),
  outputSchema: z.object({ text: z.string(), isError: z.boolean() }),
  requiredScopes: ['tool:greet'],
  downstream: { api: 'second', scopes: ['tool:greet'] },
  toText: ({ text }) => text,
  async handler(_input, { downstream }) {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'first', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const { result } = await downstream.json('/mcp', {
      method: 'POST',
      headers: {
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/call',
        'Mcp-Name': 'greet',
      },
      json: {
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'greet', arguments: {}, _meta: meta },
      },
      schema: ANSWER,
    })
    return { text: result.content[0]?.text ?? '', isError: result.isError === true }
  },
})

/** The second server is an API to the first one's client, and has a client of its own. */
function withSecondServer(directory: Directory, first: string, second: string): Directory {
  const secondApi = directory.resource_servers
    .filter(({ identifier }) => identifier === first)
    .map((api) => ({ ...api, identifier: second, name: 'Second MCP server' }))
  const secondClient = directory.clients
    .filter(({ client_id }) => client_id === 'mcp-server')
    .map((client) => ({
      ...client,
      client_id: 'second-mcp-server',
      resource_server_identifier: second,
    }))
  const grants = directory.client_grants.filter((grant) => grant.client_id === 'mcp-server')
  return {
    ...directory,
    resource_servers: [...directory.resource_servers, ...secondApi],
    clients: [...directory.clients, ...secondClient],
    client_grants: [
      ...directory.client_grants,
      ...grants.map((grant) => ({ ...grant, audience: second, scope: ['tool:greet'] })),
      ...grants.map((grant) => ({ ...grant, client_id: 'second-mcp-server' })),
    ],
    roles: directory.roles.map((role) => ({
      ...role,
      permissions: [
        ...role.permissions,
        ...role.permissions
          .filter(({ resource_server_identifier }) => resource_server_identifier === first)
          .map((permission) => ({ ...permission, resource_server_identifier: second })),
      ],
    })),
  }
}

describe('a server of ours in front of a second one of ours', () => {
  let servers: ListeningServer[] = []
  const closing: (() => Promise<void>)[] = []

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await Promise.all(closing.splice(0).map((close) => close()))
  })

  const start = async (
    environment: Environment = {},
  ): Promise<{ endpoint: URL; seen: Claims[] }> => {
    const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
    const [tenant, api, second, first] = [
      await listen(),
      await listen(),
      await listen(),
      await listen(),
    ]
    servers = [first, second, api, tenant]
    const issuer = `http://localhost:${tenant.port}/`
    const apiAudience = `http://localhost:${api.port}/`
    const [firstUrl, secondUrl] = [first, second].map(({ port }) => `http://localhost:${port}/mcp`)
    if (firstUrl === undefined || secondUrl === undefined) throw new Error('no ports')
    const directory = withSecondServer(
      withIdentifiers(loadDirectory(), { mcp: firstUrl, api: apiAudience }),
      firstUrl,
      secondUrl,
    )
    tenant.attach((await createAuthorizationServer({ issuer, directory })).handler)
    const seen: Claims[] = []
    api.attach(
      createDownstreamApi({ issuer, audience: apiAudience, onCall: (claims) => seen.push(claims) }),
    )
    const config = parseConfig({
      ISSUER_BASE_URL: issuer,
      PORT: `${second.port}`,
      AUTH0_AUDIENCE: secondUrl,
      MCP_AUTH0_CLIENT_ID: 'second-mcp-server',
      MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-mcp-server',
      API_AUTH0_AUDIENCE: apiAudience,
      API_BASE_URL: apiAudience,
      ...environment,
    })
    const composed = await composeServer(config, new RecordingLog())
    closing.push(() => composed.close())
    second.attach(composed.handler)
    const endpoint = new URL(firstUrl)
    const app = firstServer(endpoint, issuer, new URL(secondUrl))
    closing.push(app.close)
    first.attach(app.express)
    return { endpoint, seen }
  }

  test('the API sees the user through both servers, newest first', async () => {
    const { endpoint, seen } = await start()
    const session = await connectAs({ endpoint, username: 'alice' })
    try {
      const result = await session.client.callTool({ name: 'relay', arguments: {} })
      expect(result.structuredContent).toMatchObject({ isError: false })
      const client = session.provider.clientInformation()?.client_id
      expect(seen).toHaveLength(1)
      expect(seen[0]).toMatchObject({
        sub: 'auth0|alice',
        act: { sub: 'second-mcp-server', act: { sub: 'mcp-server', act: { sub: client } } },
      })
    } finally {
      await session.close()
    }
  })

  test('a chain beyond the limit is explained, and the API not called', async () => {
    const { endpoint, seen } = await start({ DELEGATION_MAX_DEPTH: '2' })
    const session = await connectAs({ endpoint, username: 'alice' })
    try {
      const result = await session.client.callTool({ name: 'relay', arguments: {} })
      expect(result.structuredContent).toMatchObject({ isError: true })
      expect(JSON.stringify(result.structuredContent)).toContain(
        'the chain would be 3 long; 2 is the limit',
      )
      expect(seen).toHaveLength(0)
    } finally {
      await session.close()
    }
  })

  test('an actor that is not on the list is refused', async () => {
    const { endpoint, seen } = await start({ DELEGATION_ALLOWED_ACTORS: 'somebody-else' })
    const session = await connectAs({ endpoint, username: 'alice' })
    try {
      const result = await session.client.callTool({ name: 'relay', arguments: {} })
      expect(JSON.stringify(result.structuredContent)).toContain('not allowed to act for the user')
      expect(seen).toHaveLength(0)
    } finally {
      await session.close()
    }
  })
})

function firstServer(endpoint: URL, issuerUrl: string, second: URL): ReturnType<typeof createApp> {
  return createApp({
    endpoint,
    issuer: issuerUrl,
    client: { id: 'mcp-server', secret: new Secret('development-only-secret-of-the-mcp-server') },
    apis: { second: { audience: second.href, baseUrl: new URL(second.origin) } },
    tools: [relay],
    baselineScopes: ['tool:greet'],
    http: NO_LIMITS,
    log: new RecordingLog(),
  })
}
