import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { BOOKS } from '../../helpers/books-document.js'
import { reached } from '../../helpers/confirming-server.js'
import { callTool, initialize, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import {
  ARGUMENTS,
  ERAS,
  OPERATIONS,
  postCall,
  startSearchServer,
  through,
} from '../../helpers/search-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'
import { startTestApi } from '../../helpers/test-api.js'
import { mintSubject, toolAnswer } from '../../helpers/tool-answer.js'
import { json } from '../../unit/answer-json.js'
import { publicTool } from '../public-tools/open-public.js'

const SEARCH = ['call_operation', 'describe_operation', 'find_operations']

describe('a request without a token', () => {
  const PUBLIC = { PUBLIC_TOOLS: 'ask' }
  const open = () =>
    startSearchServer({ tools: [publicTool(() => 'anything')], environment: PUBLIC })

  test.each(SEARCH)('never gets to %s', async (tool) => {
    const server = await open()
    const args = tool === 'find_operations' ? { query: 'report' } : { name: 'list_reports' }
    const refused = await postMcp(server.endpoint, callTool(tool, args))
    expect(refused.status).toBe(401)
    const list = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list')))
    expect(list['result']).toMatchObject({ tools: [{ name: 'ask' }] })
    expect(reached(server)).toEqual([0, 0])
  })

  test.each([
    ['call_operation', 'other tools are called through it as the signed-in user'],
    ['describe_operation', 'its definition says public: false'],
    ['find_operations', 'its definition says public: false'],
  ])('cannot be let in to %s: PUBLIC_TOOLS ends the start', async (tool, why) => {
    const environment = { PUBLIC_TOOLS: `ask, ${tool}` }
    const started = startSearchServer({ tools: [publicTool(() => 'anything')], environment })
    await expect(started).rejects.toThrow(`"${tool}" cannot be public: ${why}. Take it off`)
  })

  test('cannot be let in to an operation either, and call_operation names no public tool', async () => {
    const environment = { PUBLIC_TOOLS: 'list_reports' }
    await expect(startSearchServer({ environment })).rejects.toThrow(
      '"list_reports" cannot be public: it calls an API',
    )
    const server = await open()
    const anonymous = await postMcp(server.endpoint, callTool('call_operation', through('ask')))
    expect(anonymous.status).toBe(401)
    const token = await server.mint({ scope: 'read' })
    for (const era of ERAS) {
      const call = { token, era, name: 'call_operation', args: through('ask', {}) }
      const answer = toolAnswer(await postCall(server, call))
      expect(answer.text).toMatch(/^There is no operation of that name/)
    }
    expect((await postMcp(server.endpoint, callTool('ask', {}))).status).toBe(200)
  })
})

describe('a write whose outcome is unknown, called through call_operation', () => {
  test('is repeated with its key through either way, by its user, for its operation and arguments alone', async () => {
    const api = await startTestApi()
    const server = await startSearchServer({ api }, BOOKS)
    const [era] = ERAS
    const call = async (name: string, args: object, sub = 'auth0|alice') => {
      const token = await server.mint({ scope: 'write', sub })
      return toolAnswer(await postCall(server, { token, era, name, args }))
    }
    const inner = (name: string, args: object, sub?: string) =>
      call('call_operation', through(name, args), sub)
    const keys = () => api.requests.map(({ headers }) => headers['idempotency-key'])

    api.responder = (req) => req.socket.destroy()
    const unclear = await inner('book', { day: 'Monday' })
    const id = /"retry_of": "([\w-]+)"/.exec(unclear.text)?.[1] ?? ''
    expect([unclear.isError, id]).toEqual([true, expect.stringMatching(/^[\w-]{40,}$/)])
    api.responder = json({ booked: true }, 201)
    const sent = keys()
    const monday = { day: 'Monday', retry_of: id }
    for (const refused of [
      await inner('book', monday, 'auth0|bob'),
      await inner('book', { ...monday, day: 'Tuesday' }),
      await inner('draft', monday),
      await call('draft', monday),
    ]) {
      expect(refused.isError).toBe(true)
      expect(refused.text).toContain('"retry_of" is no id')
    }
    const beside = await call('call_operation', { ...through('book', monday), retry_of: id })
    expect(beside.text).toContain('has retry_of beside "name"')
    expect(keys()).toEqual(sent)
    for (const repeated of [await inner('book', monday), await call('book', monday)]) {
      expect(repeated.isError).toBe(false)
    }
    expect(new Set(keys()).size).toBe(1)
    expect(keys()).toHaveLength(sent.length + 2)
    await api.close()
  })
})

interface Listed {
  readonly name: string
  readonly description: string
  readonly _meta?: Readonly<Record<string, unknown>>
}

describe('what is told of locked tools', () => {
  async function told(environment: Environment, claims: Readonly<Record<string, unknown>>) {
    const server = await startSearchServer({ environment })
    const token = await server.mint(claims)
    const ask = async (message: object) =>
      rpcAnswer(await postMcp(server.endpoint, message, { token }))['result']
    const { tools } = (await ask(rpc('tools/list'))) as { tools: readonly Listed[] }
    const { instructions } = (await ask(initialize())) as { instructions?: string }
    const found = await ask(callTool('find_operations', { query: '', limit: 50 }))
    const { structuredContent } = found as {
      structuredContent: { operations: readonly { name: string }[] }
    }
    const names = structuredContent.operations.map(({ name }) => name)
    return { server, token, tools, instructions, names }
  }

  test('the three tools need a sign-in alone, and say nothing of operations', async () => {
    const { tools, names, instructions } = await told({}, { scope: 'openid' })
    expect(tools.map(({ name }) => name)).toEqual(SEARCH)
    for (const { _meta, description } of tools) {
      expect(_meta).toEqual({ securitySchemes: [{ type: 'oauth2', scopes: [] }] })
      expect(description).not.toContain('Locked:')
    }
    const listed = JSON.stringify(tools)
    for (const name of Object.keys(OPERATIONS)) expect(listed).not.toContain(name)
    expect(names).toEqual(Object.keys(OPERATIONS).sort())
    expect(instructions).toContain('ask for the scopes write admin read.')
  })

  test('neither text nor search has what the permissions of a user rule out', async () => {
    const claims = { scope: 'openid', permissions: ['read'] }
    const { server, token, tools, names, instructions } = await told({}, claims)
    expect(names).toEqual(['find_report', 'get_report', 'list_reports'])
    expect(instructions).toContain('ask for the scopes read.')
    expect(instructions).not.toMatch(/write|admin/)
    expect(JSON.stringify(tools)).not.toMatch(/_report|admin/)
    const [era] = ERAS
    const call = { token, era, name: 'describe_operation', args: { name: 'delete_report' } }
    expect(toolAnswer(await postCall(server, call)).text).toMatch(/^There is no operation/)
  })

  test.each([
    ['hide', 'openid', ['list_reports'], 'list_reports'],
    ['show_without_scopes', 'write', ['create_report', 'list_reports'], 'create_report'],
  ] as const)(
    'with LOCKED_TOOLS=%s and the scope %s: %j',
    async (lockedTools, scope, shown, called) => {
      const environment = { LOCKED_TOOLS: lockedTools }
      const { server, token, names, instructions } = await told(environment, { scope })
      expect([names, instructions]).toEqual([shown, undefined])
      const [era] = ERAS
      const call = (name: keyof typeof OPERATIONS) =>
        postCall(server, {
          ...{ token, era, name: 'call_operation' },
          args: through(name, ARGUMENTS[name]),
        })
      expect(toolAnswer(await call(called)).isError).toBe(false)
      expect(toolAnswer(await call('delete_report')).text).toMatch(/^There is no operation/)
    },
  )
})

describe('a refused call through call_operation, of a client that acts on results', () => {
  const CHATGPT = 'https://chatgpt.com/oauth/client.json'

  const tokenOf = (server: TestServer, clientId: string, scope: string): Promise<string> =>
    mintSubject(server, { client_id: clientId, azp: clientId, scope })

  test.each(ERAS)(
    'is a result whose challenge names the scopes of the operation, %s',
    async (era) => {
      const server = await startSearchServer()
      const args = through('delete_report', ARGUMENTS.delete_report)
      const name = 'call_operation'
      const token = await tokenOf(server, CHATGPT, 'read')
      const response = await postCall(server, { token, era, name, args })
      expect([response.status, response.get('www-authenticate')]).toEqual([200, undefined])
      const { result } = rpcAnswer(response) as {
        result: { isError?: boolean; _meta?: Readonly<Record<string, unknown>> }
      }
      const other = await tokenOf(server, 'another-client', 'read')
      const http = await postCall(server, { token: other, era, name, args })
      const direct = { token: other, era, name: 'delete_report', args: ARGUMENTS.delete_report }
      const challenge = http.get('www-authenticate')
      expect(http.status).toBe(403)
      expect(challenge).toContain('scope="write admin read"')
      expect((await postCall(server, direct)).get('www-authenticate')).toBe(challenge)
      expect(result.isError).toBe(true)
      expect(result._meta?.['mcp/www_authenticate']).toEqual([challenge])
      expect(server.audit.records[0]).toMatchObject({
        ...{ tool: 'delete_report', outcome: 'insufficient_scope', decision: 'step_up' },
      })
      expect(reached(server)).toEqual([0, 0])
    },
  )
})
