import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../src/tools/define-tool.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import {
  startMcpServer,
  type McpServerOptions,
  type TestServer,
} from '../helpers/start-mcp-server.js'

const tool = (name: string, ...requiredScopes: readonly string[]) =>
  defineTool({
    ...{ name, title: name, description: name, requiredScopes },
    ...{ inputSchema: z.object({}), outputSchema: z.object({}) },
    toText: () => '',
    handler: () => ({}),
  })

/** Not in the order of their names. */
const TOOLS = [
  tool('write_note', 'note:write', 'note:read'),
  tool('read_note', 'note:read'),
  tool('help'),
]

/** What clients are sent to ask for at sign-in: by the metadata and by the challenge, which say the same. */
async function askedFor({ origin, endpoint }: TestServer): Promise<unknown> {
  const metadata = await request(origin).get('/.well-known/oauth-protected-resource/mcp')
  const { scopes_supported: scopes } = metadata.body as { scopes_supported?: readonly string[] }
  const challenge = (await postMcp(endpoint, callTool('read_note'))).get('www-authenticate') ?? ''
  const [, scope] = /scope="([^"]*)"/.exec(challenge) ?? []
  expect(scope).toBe(scopes?.join(' '))
  return scopes
}

describe('the scopes that clients are told to ask for at sign-in', () => {
  const standalone = (options: McpServerOptions) => startMcpServer({ tools: TOOLS, ...options })

  test('by default a standalone server with own tools names the scopes of these, in their order, each once', async () => {
    const server = await standalone({})
    expect(await askedFor(server)).toEqual(['note:write', 'note:read'])
    expect(server.log.named('scope_of_no_tool')).toEqual([])
  })

  test('by default a server of the library names the scopes of its tools, in their order, each once', async () => {
    const server = await startLibraryServer({
      ...{ sdk: 'SDK v2', handlers: {}, tools: TOOLS },
      options: { baselineScopes: undefined },
    })
    expect(await askedFor(server)).toEqual(['note:write', 'note:read'])
    expect(server.log.named('scope_of_no_tool')).toEqual([])
  })

  test('by default the scopes of a tool that is not offered are not asked for', async () => {
    const calling = { ...TOOLS[1], name: 'call', requiredScopes: ['note:call'] }
    const server = await standalone({
      tools: [
        ...TOOLS,
        { ...calling, downstream: { api: 'api', scopes: ['read:private'] } },
      ] as never,
      environment: { MCP_AUTH0_EXCHANGE_SCOPE: 'read:other' },
    })
    expect(server.log.named('tool_not_offered')).toHaveLength(1)
    expect(await askedFor(server)).toEqual(['note:write', 'note:read'])
  })

  test('MCP_BASELINE_SCOPES names fewer, and is warned of where it names a scope of no own tool', async () => {
    const server = await standalone({
      environment: { MCP_BASELINE_SCOPES: 'note:read tool:whoami' },
    })
    expect(await askedFor(server)).toEqual(['note:read', 'tool:whoami'])
    expect(server.log.named('scope_of_no_tool')).toMatchObject([
      { level: 'warn', fields: { setting: 'MCP_BASELINE_SCOPES', scopes: ['tool:whoami'] } },
    ])
  })

  test('onBehalfOf warns of a misspelt scope among baselineScopes and in the hierarchy, by the names of the options', async () => {
    const server = await startLibraryServer({
      ...{ sdk: 'SDK v2', handlers: {}, tools: TOOLS },
      options: {
        baselineScopes: ['note:reed', 'openid', 'note:all'],
        access: { scopeHierarchy: { 'note:all': ['note:wriite', 'note:read'] } },
      },
    })
    expect(server.log.named('scope_of_no_tool')).toMatchObject([
      { level: 'warn', fields: { setting: 'baselineScopes', scopes: ['note:reed'] } },
      { level: 'warn', fields: { setting: 'access.scopeHierarchy', scopes: ['note:wriite'] } },
    ])
    expect(server.log.text()).toContain('baselineScopes names note:reed, which no tool')
  })

  test('onBehalfOf warns of no scope that a step-up asks for, nor where undeclared tools may have scopes of their own', async () => {
    const stepping = { api: 'api', scopes: ['read:private'], stepUp: ['note:call'] }
    for (const options of [
      { tools: [{ name: 'call', requiredScopes: [], downstream: stepping }] },
      { tools: [], undeclaredTools: 'allow' as const },
    ]) {
      const server = await startLibraryServer({
        ...{ sdk: 'SDK v2', handlers: {}, tools: options.tools },
        options: { ...options, baselineScopes: ['note:call'] },
      })
      expect(server.log.named('scope_of_no_tool')).toEqual([])
    }
  })
})
