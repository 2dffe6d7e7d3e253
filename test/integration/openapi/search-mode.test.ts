import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, test } from 'vitest'
import { callTool, postMcp, rpcAnswer } from '../../helpers/mcp-requests.js'
import {
  ARGUMENTS,
  ERAS,
  postCall,
  startSearchServer,
  through,
  type Era,
} from '../../helpers/search-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'
import { toolAnswer } from '../../helpers/tool-answer.js'

const SEARCH = ['call_operation', 'describe_operation', 'find_operations']

async function connect(server: TestServer, token: string, era: Era): Promise<Client> {
  const mode = era === '2026-07-28' ? { pin: era } : 'legacy'
  const client = new Client({ name: 'search', version: '1.0.0' }, { versionNegotiation: { mode } })
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(server.endpoint, { requestInit }))
  return client
}

describe.each(ERAS)('search mode with a client of the SDK, %s', (era) => {
  test('[openapi 13] three tools stand for all operations: a client finds one, reads how it is called, and calls it', async () => {
    const server = await startSearchServer()
    const client = await connect(server, await server.mint({ scope: 'read' }), era)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(SEARCH)
    const found = await client.callTool({
      name: 'find_operations',
      arguments: { query: 'get one report' },
    })
    const [first] = (found.structuredContent as { operations: readonly { name: string }[] })
      .operations
    expect(first).toEqual({
      ...{ name: 'get_report', title: 'Does get report', summary: '' },
      ...{ operation: 'GET /get_report/{id}', tags: ['reports'], writes: false },
    })
    const described = await client.callTool({
      name: 'describe_operation',
      arguments: { name: 'get_report' },
    })
    expect(described.structuredContent).toMatchObject({
      ...{ name: 'get_report', scopes: [['read']] },
      inputSchema: { properties: { id: { type: 'string' } }, required: ['id'] },
    })
    const called = await client.callTool({
      name: 'call_operation',
      arguments: { name: 'get_report', arguments: { id: 'r7' } },
    })
    expect(called.isError).toBeUndefined()
    expect(
      server.api.requests.map(({ method, url }) => `${String(method)} ${String(url)}`),
    ).toEqual(['GET /get_report/r7'])
    await client.close()
  })

  test('[openapi 13] the challenge of a call names the scopes of the operation, and nothing has been asked for', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read' })
    const args = through('delete_report', ARGUMENTS.delete_report)
    const response = await postCall(server, { token, era, name: 'call_operation', args })
    expect(response.status).toBe(403)
    expect(response.headers['www-authenticate']).toContain('error="insufficient_scope"')
    expect(response.headers['www-authenticate']).toMatch(/scope="write admin read"/)
    expect(server.issuer.tokenRequests).toEqual([])
    expect(server.api.requests).toEqual([])
  })

  test('the exchange asks for the scopes of the operation, and every record names its tool', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read write' })
    const args = through('create_report', ARGUMENTS.create_report)
    const response = await postCall(server, { token, era, name: 'call_operation', args })
    expect(toolAnswer(response)).toMatchObject({ status: 200, isError: false })
    const [asked] = server.issuer.tokenRequests
    expect(asked?.parameters.get('scope')).toBe('write')
    expect(server.audit.records).toMatchObject([
      { tool: 'create_report', operation: 'POST /create_report', outcome: 'ok' },
    ])
    expect(server.log.named('request_ended')).toMatchObject([{ fields: { tool: 'create_report' } }])
  })

  test('the arguments of an operation are checked by its own schema, in the words of a direct call', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read write' })
    for (const args of [{}, { ID: 'r1' }, { id: 5 }, { id: '..' }, null, []]) {
      const call = { token, era, name: 'get_report', args: args ?? {} }
      const direct = toolAnswer(await postCall(server, call))
      const inner = { ...call, name: 'call_operation', args: through('get_report', args) }
      const answer = toolAnswer(await postCall(server, inner))
      expect(answer.text.replace(/reference: .*\)/, '')).toBe(
        direct.text.replace(/reference: .*\)/, ''),
      )
      expect(answer).toMatchObject({ status: 200, isError: true })
    }
    expect(server.api.requests).toEqual([])
  })

  test('an operation is described with its scopes as clients have to ask for them', async () => {
    const environment = { SCOPE_PREFIX: 'api://mcp/' }
    const server = await startSearchServer({ environment })
    const client = await connect(server, await server.mint({ scope: 'api://mcp/read' }), era)
    const described = await client.callTool({
      name: 'describe_operation',
      arguments: { name: 'get_report' },
    })
    expect(described.structuredContent).toMatchObject({ scopes: [['api://mcp/read']] })
    await client.close()
  })

  test('arguments beside the name of an operation are refused, and the answer says where they go', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read' })
    const args = { name: 'get_report', id: 'r1' }
    const answer = toolAnswer(await postCall(server, { token, era, name: 'call_operation', args }))
    expect(answer.text).toBe(
      'Input validation error: Invalid arguments for tool call_operation: has id beside "name". The arguments of the operation go into "arguments"',
    )
    expect(server.api.requests).toEqual([])
  })
})

describe('search mode', () => {
  test('[openapi 13] a batch is refused as a whole where one of its calls through call_operation lacks a scope', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read' })
    const response = await postMcp(
      server.endpoint,
      [
        callTool('call_operation', through('get_report', ARGUMENTS.get_report)),
        callTool('call_operation', through('create_report', ARGUMENTS.create_report)),
      ],
      { token },
    )
    expect(response.status).toBe(403)
    expect(response.headers['www-authenticate']).toMatch(/scope="read write"/)
    expect(server.issuer.tokenRequests).toEqual([])
  })

  test('with OPENAPI_EXPOSE=both, operations are listed and found', async () => {
    const server = await startSearchServer({ environment: { OPENAPI_EXPOSE: 'both' } })
    const token = await server.mint({ scope: 'read' })
    const client = await connect(server, token, '2025-11-25')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([...Object.keys(ARGUMENTS), ...SEARCH].sort())
    await client.close()
  })

  test('calls through call_operation count for the limit of their operation', async () => {
    const environment = { TOOL_LIMITS: 'get_report=1' }
    const server = await startSearchServer({ environment })
    const token = await server.mint({ scope: 'read' })
    const call = { token, era: ERAS[0], name: 'call_operation' }
    const args = through('get_report', ARGUMENTS.get_report)
    expect(toolAnswer(await postCall(server, { ...call, args })).isError).toBe(false)
    const second = toolAnswer(await postCall(server, { ...call, args }))
    expect(second.text).toContain('One user may call get_report at most 1 times a minute')
    expect(server.api.requests).toHaveLength(1)
  })

  test('a limit of call_operation ends the start, and says what to limit', async () => {
    const start = startSearchServer({ environment: { TOOL_LIMITS: 'call_operation=1' } })
    await expect(start).rejects.toThrow(/TOOL_LIMITS.*each call counts for its operation/)
  })

  test('a tool of a session is found by a caller who has got its scope meanwhile', async () => {
    const environment = { MCP_SESSIONS: 'on', LOCKED_TOOLS: 'hide' }
    const server = await startSearchServer({ environment })
    const session = await server.openSession(await server.mint({ scope: 'read' }))
    const wider = await server.mint({ scope: 'read write' })
    const call = callTool('call_operation', through('create_report', ARGUMENTS.create_report))
    const answer = toolAnswer(await server.within(session, wider, call))
    expect(answer).toMatchObject({ status: 200, isError: false })
  })

  test('find_operations answers at most as many as asked for, and says how many more fit', async () => {
    const server = await startSearchServer()
    const token = await server.mint({ scope: 'read' })
    const args = { query: '', limit: 2 }
    const response = await postMcp(server.endpoint, callTool('find_operations', args), { token })
    expect(rpcAnswer(response)['result']).toMatchObject({
      structuredContent: {
        operations: [{ name: 'create_report' }, { name: 'delete_report' }],
        more: 3,
      },
    })
  })
})
