import { describe, expect, test } from 'vitest'
import { postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { TRAIN_TRAVEL } from './document-server.js'

const READING = [
  'create_booking_payment',
  'get_booking',
  'get_bookings',
  'get_stations',
  'get_trips',
]
const ALL = [...READING, 'create_booking', 'delete_booking'].sort()

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

interface Listing {
  readonly names: readonly string[]
  readonly cacheScope: unknown
}

const ERAS = {
  '2025-11-25': async (server: TestServer, token: string): Promise<Listing> =>
    listingOf(await postMcp(server.endpoint, rpc('tools/list'), { token })),
  '2026-07-28': async (server: TestServer, token: string): Promise<Listing> =>
    listingOf(
      await postMcp(server.endpoint, rpc('tools/list', { _meta: META }), {
        token,
        headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' },
      }),
    ),
} as const

function listingOf(response: Parameters<typeof rpcAnswer>[0]): Listing {
  const result = rpcAnswer(response)['result'] as {
    readonly tools: readonly { readonly name: string }[]
    readonly cacheScope?: unknown
  }
  return { names: result.tools.map(({ name }) => name), cacheScope: result.cacheScope }
}

/** What tokens with these scopes are shown. */
const EXPECTED = {
  hide: { '': [], read: READING, 'read write': ALL },
  show: { '': ALL, read: ALL, 'read write': ALL },
} as const

describe('the list of the tools of a document', () => {
  test.each([
    ['2025-11-25', 'hide'],
    ['2025-11-25', 'show'],
    ['2026-07-28', 'hide'],
    ['2026-07-28', 'show'],
  ] as const)(
    '[openapi 30] the list of the tools of a document is what the token covers, in the same order every time: %s, LOCKED_TOOLS=%s',
    async (era, locked) => {
      const server = await startMcpServer({
        environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL, LOCKED_TOOLS: locked },
      })
      for (const [scope, expected] of Object.entries(EXPECTED[locked])) {
        const token = await server.mint({ scope })
        const first = await ERAS[era](server, token)
        expect(first.names).toEqual([...expected].sort())
        expect(await ERAS[era](server, token)).toEqual(first)
        // 2025 clients know no such member.
        if (era === '2026-07-28') expect(first.cacheScope).toBe('private')
      }
    },
  )

  test('[openapi 30] a server with a document shows locked tools unless it is told otherwise, so that a step-up can begin', async () => {
    const server = await startMcpServer({ environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL } })
    const token = await server.mint({ scope: 'read' })
    expect((await ERAS['2025-11-25'](server, token)).names).toEqual(ALL)
    expect(server.log.named('tools_listed')).toMatchObject([
      {
        level: 'info',
        fields: { tools: 7, listed: 7, callable: 5, scopes: ['read'] },
      },
    ])
  })

  test('a server with a document tells clients to ask for the scopes of the tools that only read', async () => {
    const server = await startMcpServer({ environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL } })
    const url = `${server.origin}/.well-known/oauth-protected-resource/mcp`
    expect(await (await fetch(url)).json()).toMatchObject({ scopes_supported: ['read'] })
  })

  test('a server with a document and locked tools hidden warns where a fresh client would see none', async () => {
    const server = await startMcpServer({
      environment: {
        OPENAPI_DOCUMENT: TRAIN_TRAVEL,
        LOCKED_TOOLS: 'hide',
        MCP_BASELINE_SCOPES: 'openid',
      },
    })
    const [line] = server.log.named('tools_listed')
    expect(line).toMatchObject({ level: 'warn', fields: { tools: 7, listed: 0 } })
    expect(line?.fields['hint']).toContain('LOCKED_TOOLS=show')
  })

  test('the demonstration tools are beside those of a document only where DEMO_TOOLS is on', async () => {
    const server = await startMcpServer({
      environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL, DEMO_TOOLS: 'on' },
    })
    const token = await server.mint({ scope: 'read' })
    const { names } = await ERAS['2025-11-25'](server, token)
    expect(names).toEqual([...ALL, 'get_datetime', 'greet', 'whoami'].sort())
  })

  test('operations that MCP_AUTH0_EXCHANGE_SCOPE rules out are left out at the start, in one line', async () => {
    const server = await startMcpServer({
      environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL, MCP_AUTH0_EXCHANGE_SCOPE: 'read' },
    })
    const token = await server.mint({ scope: 'read write' })
    expect((await ERAS['2025-11-25'](server, token)).names).toEqual(READING)
    expect(server.log.named('operations_not_offered')).toMatchObject([
      { fields: { api: 'api', operations: 2, scopes: 1, missing: ['write'] } },
    ])
    expect(server.log.named('tool_not_offered')).toEqual([])
  })
})
