import { randomUUID } from 'node:crypto'
import { createApp } from '../../src/server/app.js'
import type { DelegationPolicy } from '../../src/exchange/delegation-policy.js'
import { protectExchange } from '../../src/exchange/exchange-pipeline.js'
import { createRfc8693Exchanger } from '../../src/exchange/rfc8693-exchanger.js'
import { createIssuer } from '../../src/identity/issuer-keys.js'
import { createJwtBearerVerifier } from '../../src/identity/jwt-bearer-verifier.js'
import { Secret } from '../../src/secret.js'
import { serve } from '../../src/server/serve.js'
import { createToolRegistry } from '../../src/tools/registry.js'
import type { Tool } from '../../src/tools/tool.js'
import {
  API_AUDIENCE,
  CLIENT_ID,
  CLIENT_SECRET,
  exchangeAsAsked,
  openCountingApi,
  type ExchangeStack,
} from './exchange-stack.js'
import { RecordingLog } from './recording-log.js'
import { TestIssuer } from './test-issuer.js'

/** The complete app with tools of a test's own, between an issuer and an API that the test controls. */
export async function openExchangeApp(
  tools: readonly Tool[],
  delegation: DelegationPolicy = {},
): Promise<ExchangeStack> {
  const issuer = await TestIssuer.start()
  issuer.tokenResponder = exchangeAsAsked(issuer)
  const api = await openCountingApi()
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const log = new RecordingLog()
  const origin = `http://localhost:${server.port}`
  const endpoint = new URL(`${origin}/mcp`)
  const issuers = [createIssuer({ issuer: issuer.issuer, log })]
  const adapter = createRfc8693Exchanger({
    metadata: () => issuers[0]?.metadata() ?? Promise.reject(new Error('no issuer')),
    clientId: CLIENT_ID,
    clientAuthentication: { secret: new Secret(CLIENT_SECRET) },
  })
  const app = createApp({
    endpoint,
    resource: {
      resource: endpoint.href,
      authorizationServers: [issuer.issuer],
      baselineScopes: ['tool:read'],
    },
    edge: {
      ...{ allowedHosts: [], allowedOrigins: [], trustProxy: 0, maxBodyBytes: 100_000 },
      ...{
        rateLimitPerAddress: 0,
        rateLimitPerCaller: 0,
        bodyBytesPerCaller: 0,
        concurrencyPerCaller: 0,
      },
    },
    policy: {},
    verifier: createJwtBearerVerifier({ issuers, audience: endpoint.href }),
    exchanger: protectExchange(adapter, {
      issuers,
      clientId: CLIENT_ID,
      ownAudience: endpoint.href,
      log,
    }),
    delegation,
    registry: createToolRegistry(tools),
    apis: { api: { audience: API_AUDIENCE, baseUrl: new URL(api.origin) } },
    // Longer than any test: whatever ends a call earlier is what the test is about.
    apiTimeoutMs: 100_000,
    log,
    createReference: randomUUID,
  })
  server.attach(app.express)
  const close = async (): Promise<void> => {
    await Promise.all([server.close(), issuer.close(), api.close()])
    await app.close()
  }
  const { drain } = app
  const door = {
    endpoint,
    origin,
    audience: endpoint.href,
    log,
    drain,
    close: () => Promise.resolve(),
  }
  return { issuer, api, door, close }
}

/** A call as clients of revision 2026-07-28 make it: header and envelope name the tool and the client. */
export function modernCall(tool: string): {
  readonly message: object
  readonly headers: Readonly<Record<string, string>>
} {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { name: tool, arguments: {}, _meta }
  return {
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    headers: {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': tool,
    },
  }
}
