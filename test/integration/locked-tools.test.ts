import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Environment } from '../../src/config/config.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { callTool, initialize, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

interface Listed {
  readonly name: string
  readonly description: string
  readonly _meta?: Readonly<Record<string, unknown>>
}

const start = (environment: Environment = {}): Promise<TestServer> =>
  startMcpServer({ environment })

async function listed({ endpoint }: TestServer, token: string): Promise<readonly Listed[]> {
  const answer = rpcAnswer(await postMcp(endpoint, rpc('tools/list'), { token }))
  return (answer['result'] as { tools: readonly Listed[] }).tools
}

const namesOf = (tools: readonly Listed[]) => tools.map(({ name }) => name)
const lockedOf = (tools: readonly Listed[]) =>
  namesOf(tools.filter(({ description }) => description.includes('Locked:')))

async function instructionsFor({ endpoint }: TestServer, token: string): Promise<unknown> {
  const answer = rpcAnswer(await postMcp(endpoint, initialize(), { token }))
  return (answer['result'] as { instructions?: unknown }).instructions
}

describe('a token with none of our scopes', () => {
  test('is shown every tool that a sign-in would unlock, with what it lacks, and told so at the beginning', async () => {
    const server = await start()
    const token = await server.mint({ scope: 'openid profile' })
    const tools = await listed(server, token)
    expect(namesOf(tools)).toEqual(['get_datetime', 'greet', 'whoami'])
    expect(lockedOf(tools)).toEqual(['greet', 'whoami'])
    expect(tools[1]?.description).toContain('needs the scope tool:greet,')
    expect(await instructionsFor(server, token)).toContain(
      'ask for the scopes tool:greet tool:whoami.',
    )
    const call = await postMcp(server.endpoint, callTool('greet'), { token })
    expect(call.status).toBe(403)
    expect(call.text).toContain('The token has no scope of this server.')
  })

  test('is not shown what the permissions of its user rule out', async () => {
    const server = await start()
    const token = await server.mint({ scope: 'openid', permissions: ['tool:whoami'] })
    expect(namesOf(await listed(server, token))).toEqual(['get_datetime', 'whoami'])
    expect(await instructionsFor(server, token)).toContain('ask for the scopes tool:whoami.')
  })

  test('is told of scopes as it has to ask for them', async () => {
    const server = await start({ SCOPE_PREFIX: 'api://mcp/' })
    const token = await server.mint({ scope: 'openid' })
    const [, greet] = await listed(server, token)
    expect(greet?.description).toContain('needs the scope api://mcp/tool:greet,')
    expect(greet?._meta?.['securitySchemes']).toEqual([
      { type: 'oauth2', scopes: ['api://mcp/tool:greet'] },
    ])
  })

  test('sees a short list, and no word about it, with LOCKED_TOOLS=hide', async () => {
    const server = await start({ LOCKED_TOOLS: 'hide' })
    const token = await server.mint({ scope: 'openid' })
    expect(namesOf(await listed(server, token))).toEqual(['get_datetime'])
    expect(await instructionsFor(server, token)).toBeUndefined()
  })

  test('sees no locked tool where scopes are assigned to users', async () => {
    const server = await start({ SCOPE_CLAIM: 'rights', MCP_BASELINE_SCOPES: 'openid' })
    const token = await server.mint({ rights: [] })
    const tools = await listed(server, token)
    expect(namesOf(tools)).toEqual(['get_datetime'])
    expect(tools[0]?._meta?.['securitySchemes']).toEqual([{ type: 'oauth2', scopes: [] }])
    expect(await instructionsFor(server, token)).toBeUndefined()
  })
})

describe('a token with one of our scopes', () => {
  test.each([
    [{}, ['get_datetime', 'whoami']],
    [{ LOCKED_TOOLS: 'show' }, ['get_datetime', 'greet', 'whoami']],
  ] as const)('sees no line about locks with %j', async (environment, names) => {
    const server = await start(environment)
    const token = await server.mint({ scope: 'tool:whoami' })
    const tools = await listed(server, token)
    expect([namesOf(tools), lockedOf(tools)]).toEqual([names, []])
    expect(await instructionsFor(server, token)).toBeUndefined()
  })

  test('sees the lines gone in the session that a token without scopes has opened', async () => {
    const server = await start({ MCP_SESSIONS: 'on' })
    const session = await server.openSession(await server.mint({ scope: 'openid' }))
    const later = await server.mint({ scope: 'tool:greet tool:whoami' })
    const answer = rpcAnswer(await server.within(session, later, rpc('tools/list')))
    const { tools } = answer['result'] as { tools: readonly Listed[] }
    expect([namesOf(tools), lockedOf(tools)]).toEqual([['get_datetime', 'greet', 'whoami'], []])
  })
})

describe('what each tool needs', () => {
  const tool = (name: string, more: object) =>
    defineTool({
      ...{ name, title: name, description: name },
      inputSchema: z.strictObject({}),
      outputSchema: z.object({}),
      requiredScopes: [],
      toText: () => '',
      handler: () => ({}),
      ...more,
    })
  const tools = [
    tool('either', {
      requiredScopes: ['all'],
      alternatives: [
        { server: ['own'], api: [] },
        { server: ['any', 'offline_access'], api: [] },
      ],
    }),
    tool('free', { _meta: { 'openai/x': 1 } }),
    tool('own', { _meta: { securitySchemes: [{ type: 'noauth' }] } }),
  ]

  test('is in _meta.securitySchemes, one entry for each alternative; what a tool has there itself stays', async () => {
    const server = await startMcpServer({ tools })
    const meta = (await listed(server, await server.mint())).map(({ _meta }) => _meta)
    expect(meta).toEqual([
      {
        securitySchemes: [
          { type: 'oauth2', scopes: ['all', 'own'] },
          { type: 'oauth2', scopes: ['all', 'any'] },
        ],
      },
      { securitySchemes: [{ type: 'oauth2', scopes: [] }], 'openai/x': 1 },
      { securitySchemes: [{ type: 'noauth' }] },
    ])
  })

  test('is not listed with TOOL_SECURITY_SCHEMES=off', async () => {
    const server = await startMcpServer({ tools, environment: { TOOL_SECURITY_SCHEMES: 'off' } })
    const [either, free] = await listed(server, await server.mint())
    expect([either?._meta, free?._meta]).toEqual([undefined, { 'openai/x': 1 }])
  })
})
