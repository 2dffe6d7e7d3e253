import { createApp } from '../../src/server/app.js'
import type { DelegationPolicy } from '../../src/exchange/delegation-policy.js'
import { Secret } from '../../src/secret.js'
import { serve } from '../../src/server/serve.js'
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

/** Everything is let through. */
export const NO_LIMITS = {
  rateLimitPerAddress: 0,
  rateLimitPerCaller: 0,
  bodyBytesPerCaller: 0,
  concurrencyPerCaller: 0,
} as const

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
  const app = createApp({
    ...{ endpoint, log, tools, delegation },
    issuer: issuer.issuer,
    client: { id: CLIENT_ID, secret: new Secret(CLIENT_SECRET) },
    apis: { api: { audience: API_AUDIENCE, baseUrl: new URL(api.origin) } },
    baselineScopes: ['tool:read'],
    http: NO_LIMITS,
    // Longer than any test: whatever ends a call earlier is what the test is about.
    apiCalls: { timeoutMs: 100_000 },
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
