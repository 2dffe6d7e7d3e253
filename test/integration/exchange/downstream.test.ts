import type { IncomingMessage, ServerResponse } from 'node:http'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../../src/tools/define-tool.js'
import type { Tool } from '../../../src/tools/tool.js'
import { answerWith, exchangeAsAsked } from '../../helpers/exchange-answers.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'
import { hangUp, holdCalls, modern, startCall } from '../../helpers/wire.js'
import { deferred } from '../../unit/outcomes.js'

const ANSWER = z.object({ msg: z.string() })

function toolOf(
  name: string,
  { method = 'GET' as 'GET' | 'PUT' | 'POST', stepUp = [] as readonly string[] },
): Tool {
  return defineTool({
    ...{ name, title: name, description: name },
    inputSchema: z.strictObject({}),
    outputSchema: ANSWER,
    requiredScopes: ['tool:read'],
    downstream: { api: 'api', scopes: ['read:private'], stepUp },
    toText: ({ msg }) => msg,
    handler: (_input, { downstream }) =>
      downstream.json('/things', {
        method,
        schema: ANSWER,
        ...(method === 'GET' ? {} : { json: {} }),
      }),
  })
}

let server: TestServer

beforeEach(async () => {
  const tools = [
    toolOf('read', {}),
    toolOf('put', { method: 'PUT' }),
    toolOf('post', { method: 'POST' }),
    toolOf('mapped', { stepUp: ['tool:read', 'tool:more'] }),
  ]
  // Longer than any test: whatever ends a call earlier is what the test is about.
  const environment = { MCP_BASELINE_SCOPES: 'tool:read', API_TIMEOUT_MS: '100000' }
  server = await startMcpServer({ tools, environment })
})

const subject = (claims: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  mintSubject(server, { scope: 'tool:read', ...claims })

const call = (tool: string, token: string): Promise<ToolAnswer> =>
  callForAnswer(server, { token, tool })

const callIn2026 = (tool: string, token: string): Promise<ToolAnswer> => {
  const { message, headers } = modern('tools/call', { name: tool, arguments: {} })
  return callForAnswer(server, { token, message, headers })
}

const tokensSeen = (): (string | undefined)[] =>
  server.api.requests.map(({ headers }) => headers.authorization)

/** The API takes no token of those that are given. */
const refusing = (refused: ReadonlySet<string | undefined>): void => {
  server.api.responder = (req, res) => {
    if (refused.has(req.headers.authorization)) answerWith(res, { error: 'no' }, 401)
    else answerWith(res, { msg: 'hello' })
  }
}

describe('a 401 of the API', () => {
  test.each(['read', 'put'])(
    'a 401 of the API to %s is met with one new token, which is kept',
    async (tool) => {
      const token = await subject()
      refusing(new Set())
      await call(tool, token)
      refusing(new Set(tokensSeen()))
      expect(await call(tool, token)).toMatchObject({ isError: false, text: 'hello' })
      expect(await call(tool, token)).toMatchObject({ isError: false, text: 'hello' })
      const [first, second, third, fourth] = tokensSeen()
      expect([first === second, second === third, third === fourth]).toEqual([true, false, true])
      expect(server.issuer.tokenRequests).toHaveLength(2)
    },
  )

  test('a 401 of the API to every token ends after one more try', async () => {
    server.api.responder = (_req, res) => {
      answerWith(res, { error: 'no' }, 401)
    }
    const answer = await call('read', await subject())
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toMatch(/did not accept the call.*\(reference: [\w-]+\)$/)
    expect(new Set(tokensSeen()).size).toBe(2)
    expect([server.api.requests.length, server.issuer.tokenRequests.length]).toEqual([2, 2])
  })

  test('a 401 of the API to a call that must not be made twice is final', async () => {
    server.api.responder = (_req, res) => {
      answerWith(res, { error: 'no' }, 401)
    }
    expect((await call('post', await subject())).isError).toBe(true)
    expect(server.api.requests).toHaveLength(1)
  })

  test('a 401 of the API to a call that must not be made twice still ends the life of the token', async () => {
    const token = await subject()
    refusing(new Set())
    await call('post', token)
    refusing(new Set(tokensSeen()))
    expect((await call('post', token)).isError).toBe(true)
    expect((await call('post', token)).isError).toBe(false)
    expect(server.issuer.tokenRequests).toHaveLength(2)
  })

  test('a 401 of the API is a tool error that says to sign in where the new exchange is refused', async () => {
    const token = await subject()
    server.api.responder = (_req, res) => {
      server.issuer.tokenResponder = (_request, refusal) => {
        answerWith(refusal, { error: 'invalid_grant' }, 400)
      }
      answerWith(res, {}, 401)
    }
    const answer = await call('read', token)
    expect(answer).toMatchObject({ status: 200, isError: true })
    expect(answer.text).toContain('Sign in again')
    expect(server.api.requests).toHaveLength(1)
  })
})

describe('a want of scope at the API', () => {
  const wantMore = (_req: IncomingMessage, res: ServerResponse): void => {
    res.writeHead(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }).end()
  }

  const expectStepUp = ({ status, challenge, raw }: ToolAnswer): void => {
    expect(status).toBe(403)
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="tool:read tool:more"')
    expect(challenge).toContain('resource_metadata="http')
    expect(raw).toContain('tool:more')
  }

  test('a want of scope at the API is a step-up for a 2026 client, where the tool says which scope helps', async () => {
    server.api.responder = wantMore
    expectStepUp(await callIn2026('mapped', await subject()))
    expect(server.api.requests).toHaveLength(1)
    const refused = server.log.named('request_refused')
    expect(refused).toMatchObject([{ fields: { code: 'insufficient_scope' } }])
  })

  test('a want of scope at the API is a tool error where the client has that scope already: it could only loop', async () => {
    server.api.responder = wantMore
    const answer = await callIn2026('mapped', await subject({ scope: 'tool:read tool:more' }))
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toContain('administrator')
  })

  test.each([
    ['2025', call],
    ['2026', callIn2026],
  ])(
    'a want of scope at the API is a tool error for a %s client where the tool says nothing',
    async (_, calling) => {
      server.api.responder = wantMore
      const answer = await calling('read', await subject())
      expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
      expect(answer.text).toContain('administrator')
    },
  )

  test('a want of scope at the API does not outlive its request: the next one gets its answer', async () => {
    const token = await subject()
    server.api.responder = wantMore
    await callIn2026('mapped', token)
    server.api.responder = (_req, res) => {
      answerWith(res, { msg: 'hello' })
    }
    expect(await callIn2026('mapped', token)).toMatchObject({ isError: false, text: 'hello' })
  })

  test.each([
    ['2025', 'invalid_scope', call],
    ['2026', 'invalid_scope', callIn2026],
    ['2025', 'consent_required', call],
    ['2026', 'consent_required', callIn2026],
  ])(
    'a want of scope at the API that shows at the exchange is a step-up for a %s client (%s), and the API is not called',
    async (_, error, calling) => {
      server.issuer.tokenResponder = (_request, res) => {
        answerWith(res, { error }, 403)
      }
      expectStepUp(await calling('mapped', await subject()))
      expect(server.api.requests).toEqual([])
    },
  )

  test('a want of scope at the API of which the exchange granted less is a step-up as well', async () => {
    const { issuer } = server
    issuer.tokenResponder = (request, res) => {
      request.parameters.set('scope', 'read:other')
      return exchangeAsAsked(issuer)(request, res)
    }
    expectStepUp(await callIn2026('mapped', await subject()))
  })
})

describe('what goes along with a call of the API', () => {
  test('what goes along with a call of the API is the trace of the request, and no other header of the client', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const traced = { traceparent, tracestate: 'vendor=1' }
    const headers = {
      ...traced,
      baggage: 'tenant=7',
      'X-Forwarded-For': '10.0.0.1',
      Cookie: 'a=b',
      'X-Api-Key': 'k',
    }
    refusing(new Set())
    await callForAnswer(server, { token: await subject(), tool: 'read', headers })
    const [request] = server.api.requests
    expect(request?.headers).toMatchObject(traced)
    for (const name of ['baggage', 'x-forwarded-for', 'cookie', 'x-api-key', 'mcp-name']) {
      expect(request?.headers).not.toHaveProperty(name)
    }
  })

  test('what goes along with a call of the API is no trace where that of the request is malformed', async () => {
    refusing(new Set())
    const headers = { traceparent: '00-xyz', tracestate: 'vendor=1', baggage: 'tenant=7' }
    await callForAnswer(server, { token: await subject(), tool: 'read', headers })
    for (const name of Object.keys(headers)) {
      expect(server.api.requests[0]?.headers).not.toHaveProperty(name)
    }
  })

  test('what goes along with a call of the API is the token of the exchange, also for a client that sends its own twice', async () => {
    refusing(new Set())
    const token = await subject()
    await call('read', token)
    expect(tokensSeen()).toHaveLength(1)
    expect(tokensSeen()[0]).not.toContain(token.slice(-40))
  })
})

test('an MCP client that goes away ends its call of the API', async () => {
  const nextAtApi = holdCalls(server.api)
  const call = { message: callTool('read'), token: await subject() }
  const leaving = startCall(server.endpoint, call)
  const atApi = await nextAtApi()
  leaving.destroy()
  await atApi.brokenOff
})

test('an exchange outlives the client that caused it, and serves the next', async () => {
  const { issuer } = server
  const [asked, go] = [deferred(), deferred()]
  issuer.tokenResponder = async (request, res) => {
    asked.resolve()
    await go.promise
    await exchangeAsAsked(issuer)(request, res)
  }
  refusing(new Set())
  const token = await subject()
  const leaving = startCall(server.endpoint, { message: callTool('read'), token })
  await asked.promise
  const second = postMcp(server.endpoint, callTool('read'), { token })
  await hangUp(leaving)
  go.resolve()
  expect((await second).text).toContain('hello')
  expect([issuer.tokenRequests.length, server.api.requests.length]).toEqual([1, 1])
})
