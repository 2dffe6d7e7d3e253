import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../src/tools/define-tool.js'
import { postMcp, type TestResponse } from '../helpers/mcp-requests.js'
import { ARGUMENTS, ERAS, postCall, startSearchServer, through } from '../helpers/search-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { toolAnswer } from '../helpers/tool-answer.js'

const UNKNOWN =
  'There is no operation of that name. Names are exact: take one from an answer of find_operations.'

/** A tool with a handler of its own, for any signed-in user. */
const own = defineTool({
  name: 'own_tool',
  title: 'Own',
  description: 'A tool of our own.',
  inputSchema: z.object({}),
  outputSchema: z.object({}),
  requiredScopes: [],
  handler: () => ({}),
  toText: () => 'Done',
})

describe('what a caller may not see', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startSearchServer({ tools: [own] })
    token = await server.mint({ scope: 'openid read write', permissions: ['read', 'write'] })
  })

  afterAll(() => server.close())

  test('is answered by describe_operation and call_operation as what does not exist', async () => {
    for (const name of ['delete_report', 'no_such', 'own_tool', 'find_operations']) {
      for (const tool of ['describe_operation', 'call_operation']) {
        for (const era of ERAS) {
          const answer = toolAnswer(
            await postCall(server, { token, era, name: tool, args: { name } }),
          )
          expect([name, tool, answer.status, answer.text]).toEqual([name, tool, 200, UNKNOWN])
        }
      }
    }
  })

  test('is not found, and does not change the order of what is', async () => {
    const answer = await find(server, token, 'delete report')
    expect(answer).not.toContain('delete_report')
    const admin = await server.mint({ scope: 'openid read write admin' })
    expect(await find(server, admin, 'delete report')).toContain('delete_report')
  })
})

async function find(server: TestServer, token: string, query: string): Promise<string> {
  const call = { token, era: ERAS[0], name: 'find_operations', args: { query } }
  return toolAnswer(await postCall(server, call)).text
}

/** Arguments of `call_operation` as texts of JSON: what is in front of a member can be a doubled one. */
const CRAFTED: readonly (readonly [title: string, args: string])[] = [
  ['a nested call_operation', '{"name":"call_operation","arguments":{"name":"create_report"}}'],
  ['a tool of our own', '{"name":"own_tool"}'],
  ['another tool of the search', '{"name":"find_operations","arguments":{"query":""}}'],
  ['the name in upper case', '{"name":"CREATE_REPORT"}'],
  ['the name with a space', '{"name":" create_report"}'],
  ['the name with a line end', '{"name":"create_report\\n"}'],
  ['the name with a byte of zero', '{"name":"create_report\\u0000"}'],
  ['the name in full width', '{"name":"ｃreate_report"}'],
  ['the name with a letter that looks the same', '{"name":"creаte_report"}'],
  ['the name with a combining mark', '{"name":"create_report\\u0301"}'],
  ['a list of names', '{"name":["create_report"]}'],
  ['a name that is an object', '{"name":{"toString":"create_report"}}'],
  ['a name that is a number', '{"name":1}'],
  ['a name that is null', '{"name":null}'],
  ['no name', '{}'],
  ['a name of the prototype', '{"name":"constructor"}'],
  ['the prototype as a name', '{"name":"__proto__"}'],
  ['a name by way of the prototype', '{"__proto__":{"name":"create_report"}}'],
  ['an empty name', '{"name":""}'],
  ['a long name', `{"name":"${'a'.repeat(60_000)}"}`],
  ['a path in place of the name', '{"name":"POST /create_report"}'],
]

/** A call of `create_report`, which the caller may not make, in any writing. */
const STILL_MEANT: readonly (readonly [title: string, args: string])[] = [
  ['the name twice, the forbidden one behind', '{"name":"get_report","name":"create_report"}'],
  ['escapes in the name', '{"name":"create\\u005freport"}'],
  ['escapes in the member', '{"n\\u0061me":"create_report"}'],
  ['further members', '{"name":"create_report","x":1,"arguments":{"id":"r1"}}'],
  ['a prototype beside it', '{"name":"create_report","__proto__":{"name":"get_report"}}'],
  ['arguments that are a text', '{"name":"create_report","arguments":"{}"}'],
  ['arguments that are a list', '{"name":"create_report","arguments":[1]}'],
  [
    'the name behind arguments that have one',
    '{"arguments":{"name":"get_report"},"name":"create_report"}',
  ],
]

describe('crafted calls through call_operation', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startSearchServer({ tools: [own] })
    token = await server.mint({ scope: 'openid read' })
  })

  afterAll(() => server.close())

  const send = (args: string, headers: Record<string, string> = {}): Promise<TestResponse> => {
    const params = `{"name":"call_operation","arguments":${args}}`
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`
    return postMcp(server.endpoint, text, { token, headers })
  }

  test.each(CRAFTED)('reach nothing: %s', async (_title, args) => {
    const { text, isError } = toolAnswer(await send(args))
    expect(isError).toBe(true)
    expect(text).not.toContain('Done')
    expect(server.issuer.tokenRequests).toEqual([])
    expect(server.api.requests).toEqual([])
  })

  test.each(STILL_MEANT)('are judged as what they call: %s', async (_title, args) => {
    const { status, headers } = await send(args)
    expect([status, headers['www-authenticate']]).toEqual([
      403,
      expect.stringContaining('scope="write openid read"'),
    ])
    expect(server.issuer.tokenRequests).toEqual([])
    expect(server.api.requests).toEqual([])
  })

  test.each([
    ['the operation', 'get_report'],
    ['another tool', 'find_operations'],
  ])('are refused whose header names %s', async (_title, named) => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const args = through('get_report', ARGUMENTS.get_report)
    const params = { name: 'call_operation', arguments: args, _meta: meta }
    const before = server.api.requests.length
    const response = await postMcp(
      server.endpoint,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
      {
        token,
        headers: {
          'MCP-Protocol-Version': '2026-07-28',
          'Mcp-Method': 'tools/call',
          'Mcp-Name': named,
        },
      },
    )
    expect(response.status).toBe(400)
    expect(server.api.requests).toHaveLength(before)
  })

  test('have the API called as their own user, and as nobody else', async () => {
    const tokens = { alice: '', bob: '' }
    for (const sub of ['alice', 'bob'] as const) {
      tokens[sub] = await server.mint({ sub, scope: 'openid read' })
    }
    const args = through('get_report', ARGUMENTS.get_report)
    for (const sub of ['alice', 'bob', 'alice'] as const) {
      const call = { token: tokens[sub], era: ERAS[1], name: 'call_operation', args }
      expect(toolAnswer(await postCall(server, call)).text).toContain(`"sub":"${sub}"`)
    }
  })
})
