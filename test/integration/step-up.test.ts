import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { callTool, postMcp, rpc, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

/** A 2026-07-28 request: the tool is named in the header as well, and the envelope says who speaks. */
function modern(tool: string, header = tool): [object, Record<string, string>] {
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: {},
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }
  return [
    message,
    { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': header },
  ]
}

describe('the step-up', () => {
  let server: TestServer

  const open = async (environment: Environment = {}): Promise<void> => {
    server = await startMcpServer({ environment })
  }

  const mint = (claims: Record<string, unknown>): Promise<string> => server.mint(claims)

  const listed = async (token: string): Promise<unknown[]> => {
    const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    const { tools } = answer['result'] as { tools: { name: unknown }[] }
    return tools.map((tool) => tool.name)
  }

  const challenged = (response: TestResponse, scopes: string): void => {
    expect(response.status).toBe(403)
    const challenge = response.get('www-authenticate') ?? ''
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain(`scope="${scopes}"`)
    expect(challenge).toContain('resource_metadata="')
    expect(challenge).toContain('error_description="')
  }

  test('[RS16] [RS19] the step-up asks for all scopes of the operation, those at hand included, in one challenge', async () => {
    await open()
    const token = await mint({ scope: 'tool:whoami offline_access' })
    const response = await postMcp(server.endpoint, callTool('greet'), { token })
    challenged(response, 'tool:greet tool:whoami')
    expect(server.issuer.tokenRequests).toHaveLength(0)
  })

  test('[RS17] the step-up asks for the operation alone when set so', async () => {
    await open({ STEP_UP_SCOPES: 'required' })
    const token = await mint({ scope: 'tool:whoami' })
    challenged(await postMcp(server.endpoint, callTool('greet'), { token }), 'tool:greet')
  })

  test('[RS27] the 2026 header form and the 2025 body form get the same decision', async () => {
    await open()
    const token = await mint({ scope: 'tool:whoami' })
    const [message, headers] = modern('greet')
    const in2026 = await postMcp(server.endpoint, message, { token, headers })
    const in2025 = await postMcp(server.endpoint, callTool('greet'), { token })
    challenged(in2025, 'tool:greet tool:whoami')
    expect(in2026.status).toBe(in2025.status)
    expect(in2026.get('www-authenticate')).toBe(in2025.get('www-authenticate'))
    const [allowed, allowedHeaders] = modern('whoami')
    expect(
      (await postMcp(server.endpoint, allowed, { token, headers: allowedHeaders })).status,
    ).toBe(200)
  })

  test('[RS23] [RS27] a name that differs between header and body never runs the tool', async () => {
    await open()
    const token = await mint({ scope: 'tool:whoami' })
    const [hidden, hiddenHeaders] = modern('greet', 'whoami')
    const first = await postMcp(server.endpoint, hidden, { token, headers: hiddenHeaders })
    expect(first.status).toBe(403)
    const [shown, shownHeaders] = modern('whoami', 'greet')
    const second = await postMcp(server.endpoint, shown, { token, headers: shownHeaders })
    expect(second.status).toBe(400)
    expect(rpcAnswer(second)).toMatchObject({ error: { code: -32020 } })
  })

  test('a batch is refused whole for one call in it', async () => {
    await open()
    const token = await mint({ scope: 'tool:whoami' })
    const batch = [callTool('whoami'), callTool('greet')]
    challenged(await postMcp(server.endpoint, batch, { token }), 'tool:whoami tool:greet')
  })

  test.each([
    ['a number', 7],
    ['null', null],
    ['an array', ['greet']],
    ['an object', { name: 'greet' }],
  ])('a tool named by %s runs nothing', async (_, name) => {
    await open()
    const token = await mint({ scope: 'tool:whoami tool:greet' })
    const response = await postMcp(server.endpoint, rpc('tools/call', { name }), { token })
    const answer = rpcAnswer(response)
    expect(answer['result']).toBeUndefined()
    expect(server.issuer.tokenRequests).toHaveLength(0)
  })

  test('[RS20] a scope that includes another is enough', async () => {
    await open({ SCOPE_HIERARCHY: 'tool:admin=tool:greet,tool:whoami' })
    const token = await mint({ scope: 'tool:admin' })
    expect(await listed(token)).toEqual(['get_datetime', 'greet', 'whoami'])
    expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(200)
  })

  test('[RS40] a client that comes back in vain is logged as a loop', async () => {
    await open()
    const call = async (jti: string): Promise<TestResponse> =>
      postMcp(server.endpoint, callTool('greet'), {
        token: await mint({ scope: 'tool:whoami', jti }),
      })
    const token = await mint({ scope: 'tool:whoami' })
    await postMcp(server.endpoint, callTool('greet'), { token })
    await postMcp(server.endpoint, callTool('greet'), { token })
    expect(server.log.named('step_up_loop')).toHaveLength(0)
    await call('another')
    await call('yet another')
    expect(server.log.named('step_up_loop').map((line) => line.fields['times'])).toEqual([1, 2])
  })

  test('the log lines of a missing scope and of a missing permission name the tool, the user and what is missing', async () => {
    await open()
    const who = { subject: 'auth0|alice', clientId: 'client-1' }
    const claims = { sub: who.subject, client_id: who.clientId, azp: who.clientId }
    for (const rights of [
      { scope: 'tool:whoami' },
      { scope: 'tool:whoami tool:greet', permissions: ['tool:whoami'] },
    ]) {
      const token = await mint({ ...claims, ...rights })
      await postMcp(server.endpoint, callTool('greet'), { token })
    }
    expect(server.log.named('request_refused').map(({ fields }) => fields)).toMatchObject([
      { reason: 'tool_scope_missing', tools: ['greet'], missing: ['tool:greet'], ...who },
      { reason: 'permission_missing', tools: ['greet'], missing: ['tool:greet'], ...who },
    ])
  })

  test('a token with none of our scopes is told where to take them from', async () => {
    await open()
    const token = await mint({ scope: 'openid profile' })
    const response = await postMcp(server.endpoint, callTool('whoami'), { token })
    expect(response.get('www-authenticate')).toContain(
      'The token has no scope of this server. Ask for the scopes',
    )
  })

  test('[RS28] tools/list hides what a step-up would unlock, or shows it when set so, always in the same order', async () => {
    await open()
    const token = await mint({ scope: 'tool:whoami' })
    expect(await listed(token)).toEqual(['get_datetime', 'whoami'])
    await server.close()
    await open({ LOCKED_TOOLS: 'show' })
    const again = await mint({ scope: 'tool:whoami' })
    expect(await listed(again)).toEqual(['get_datetime', 'greet', 'whoami'])
    challenged(
      await postMcp(server.endpoint, callTool('greet'), { token: again }),
      'tool:greet tool:whoami',
    )
  })

  test('[RS40] tools/list hides what the user may never use even where locked tools show, and a call is refused without a step-up', async () => {
    await open({ LOCKED_TOOLS: 'show' })
    const token = await mint({ scope: 'tool:whoami tool:greet', permissions: ['tool:whoami'] })
    expect(await listed(token)).toEqual(['get_datetime', 'whoami'])
    const response = await postMcp(server.endpoint, callTool('greet'), { token })
    expect(response.status).toBe(403)
    expect(response.get('www-authenticate')).toBeUndefined()
    expect(response.text).toContain('permission tool:greet')
  })

  test.each([
    ['both', 'tool:whoami tool:greet', ['tool:whoami'], 403],
    ['both', 'tool:whoami', ['tool:whoami', 'tool:greet'], 403],
    ['scope', 'tool:whoami tool:greet', ['tool:whoami'], 200],
    ['scope', 'tool:whoami', ['tool:greet'], 403],
    ['permissions', '', ['tool:greet'], 200],
    ['permissions', 'tool:greet', [], 403],
    ['permissions', 'tool:greet', undefined, 403],
  ])(
    'the step-up with %s deciding, scope "%s" and permissions %j give %i',
    async (claims, scope, permissions, status) => {
      await open({ AUTHORIZATION_CLAIMS: claims })
      const token = await mint({ scope, permissions })
      expect((await postMcp(server.endpoint, callTool('greet'), { token })).status).toBe(status)
    },
  )

  test('[RS29] the step-up lists are private to the caller', async () => {
    await open()
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }
    const response = await postMcp(server.endpoint, message, {
      token: await mint({}),
      headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' },
    })
    const { result } = rpcAnswer(response)
    expect(result).toMatchObject({ cacheScope: 'private', ttlMs: 0 })
  })
})
