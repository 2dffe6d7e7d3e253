import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { callTool, mcpHeaders, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { createFixtureRegistry } from './fixture/scopes.js'
import { startConformanceStack, type ConformanceStack } from './stack.js'

let stack: ConformanceStack

beforeAll(async () => {
  stack = await startConformanceStack()
})

afterAll(async () => {
  await stack.close()
})

describe('the fixture server', () => {
  test('asks for a scope for each tool that it has', async () => {
    const answer = rpcAnswer(await postMcp(stack.proxied, rpc('tools/list')))
    const tools = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) })
    const listed = tools.parse(answer).result.tools.map(({ name }) => name)
    const registry = createFixtureRegistry()
    expect(listed.sort()).toEqual(registry.tools.map(({ name }) => name))
    expect(registry.tools.every(({ requiredScopes }) => requiredScopes.length > 0)).toBe(true)
  })

  test('tells a listening 2026-07-28 client through the route that the tools changed', async () => {
    const listening = await fetch(stack.proxied, {
      method: 'POST',
      headers: mcpHeaders({
        headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen' },
      }),
      body: JSON.stringify(modern('subscriptions/listen')),
    })
    const frames = (listening.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())
    const reader = frames.getReader()
    expect((await reader.read()).value).toContain('notifications/subscriptions/acknowledged')
    await postMcp(stack.proxied, callTool('test_trigger_tool_change'))
    expect((await reader.read()).value).toContain('notifications/tools/list_changed')
    await reader.cancel()
  })
})

function modern(method: string): object {
  return rpc(method, {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  })
}
