import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type Tool } from '../../../src/tools/tool.js'
import { modernCall, openExchangeApp } from '../../helpers/exchange-app.js'
import {
  answerWith,
  callForAnswer,
  exchangeAsAsked,
  mintSubject,
  type ExchangeStack,
  type ToolAnswer,
} from '../../helpers/exchange-stack.js'
import { callTool, postMcp } from '../../helpers/mcp-door.js'
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

let stack: ExchangeStack

beforeEach(async () => {
  stack = await openExchangeApp([
    toolOf('read', {}),
    toolOf('put', { method: 'PUT' }),
    toolOf('post', { method: 'POST' }),
    toolOf('mapped', { stepUp: ['tool:read', 'tool:more'] }),
  ])
})

afterEach(async () => {
  await stack.close()
})

const subject = (claims: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  mintSubject(stack, { scope: 'tool:read', ...claims })

const call = (tool: string, token: string): Promise<ToolAnswer> =>
  callForAnswer(stack, { token, tool })

const callIn2026 = (tool: string, token: string): Promise<ToolAnswer> => {
  const { message, headers } = modernCall(tool)
  return callForAnswer(stack, { token, message, headers })
}

const tokensSeen = (): (string | undefined)[] =>
  stack.api.requests.map(({ headers }) => headers.authorization)

/** The API takes no token of those that are given. */
const refusing = (refused: ReadonlySet<string | undefined>): void => {
  stack.api.responder = (req, res) => {
    if (refused.has(req.headers.authorization)) answerWith(res, { error: 'no' }, 401)
    else answerWith(res, { msg: 'hello' })
  }
}

describe('a 401 of the API', () => {
  test.each(['read', 'put'])('to %s is met with one new token, which is kept', async (tool) => {
    const token = await subject()
    refusing(new Set())
    await call(tool, token)
    refusing(new Set(tokensSeen()))
    expect(await call(tool, token)).toMatchObject({ isError: false, text: 'hello' })
    expect(await call(tool, token)).toMatchObject({ isError: false, text: 'hello' })
    const [first, second, third, fourth] = tokensSeen()
    expect([first === second, second === third, third === fourth]).toEqual([true, false, true])
    expect(stack.issuer.tokenRequests).toHaveLength(2)
  })

  test('to every token ends after one more try', async () => {
    stack.api.responder = (_req, res) => {
      answerWith(res, { error: 'no' }, 401)
    }
    const answer = await call('read', await subject())
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toMatch(/did not accept the call.*\(reference: [\w-]+\)$/)
    expect(new Set(tokensSeen()).size).toBe(2)
    expect([stack.api.requests.length, stack.issuer.tokenRequests.length]).toEqual([2, 2])
  })

  test('to a call that must not be made twice is final', async () => {
    stack.api.responder = (_req, res) => {
      answerWith(res, { error: 'no' }, 401)
    }
    expect((await call('post', await subject())).isError).toBe(true)
    expect(stack.api.requests).toHaveLength(1)
  })

  test('to a call that must not be made twice still ends the life of the token', async () => {
    const token = await subject()
    refusing(new Set())
    await call('post', token)
    refusing(new Set(tokensSeen()))
    expect((await call('post', token)).isError).toBe(true)
    expect((await call('post', token)).isError).toBe(false)
    expect(stack.issuer.tokenRequests).toHaveLength(2)
  })

  test('is a tool error that says to sign in where the new exchange is refused', async () => {
    const token = await subject()
    stack.api.responder = (_req, res) => {
      stack.issuer.tokenResponder = (_request, refusal) => {
        answerWith(refusal, { error: 'invalid_grant' }, 400)
      }
      answerWith(res, {}, 401)
    }
    const answer = await call('read', token)
    expect(answer).toMatchObject({ status: 200, isError: true })
    expect(answer.text).toContain('Sign in again')
    expect(stack.api.requests).toHaveLength(1)
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

  test('is a step-up for a 2026 client, where the tool says which scope helps', async () => {
    stack.api.responder = wantMore
    expectStepUp(await callIn2026('mapped', await subject()))
    expect(stack.api.requests).toHaveLength(1)
    const refused = stack.door.log.named('request_refused')
    expect(refused).toMatchObject([{ fields: { code: 'insufficient_scope' } }])
  })

  test('is a tool error where the client has that scope already: it could only loop', async () => {
    stack.api.responder = wantMore
    const answer = await callIn2026('mapped', await subject({ scope: 'tool:read tool:more' }))
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toContain('administrator')
  })

  test.each([
    ['2025', call],
    ['2026', callIn2026],
  ])('is a tool error for a %s client where the tool says nothing', async (_, calling) => {
    stack.api.responder = wantMore
    const answer = await calling('read', await subject())
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toContain('administrator')
  })

  test('does not outlive its request: the next one gets its answer', async () => {
    const token = await subject()
    stack.api.responder = wantMore
    await callIn2026('mapped', token)
    stack.api.responder = (_req, res) => {
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
    'that shows at the exchange is a step-up for a %s client (%s), and the API is not called',
    async (_, error, calling) => {
      stack.issuer.tokenResponder = (_request, res) => {
        answerWith(res, { error }, 403)
      }
      expectStepUp(await calling('mapped', await subject()))
      expect(stack.api.requests).toEqual([])
    },
  )

  test('of which the exchange granted less is a step-up as well', async () => {
    const { issuer } = stack
    issuer.tokenResponder = (request, res) => {
      request.parameters.set('scope', 'read:other')
      return exchangeAsAsked(issuer)(request, res)
    }
    expectStepUp(await callIn2026('mapped', await subject()))
  })
})

describe('what goes along with a call of the API', () => {
  test('is the trace of the request, and no other header of the client', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const traced = { traceparent, tracestate: 'vendor=1', baggage: 'tenant=7' }
    const headers = { ...traced, 'X-Forwarded-For': '10.0.0.1', Cookie: 'a=b', 'X-Api-Key': 'k' }
    refusing(new Set())
    await callForAnswer(stack, { token: await subject(), tool: 'read', headers })
    const [request] = stack.api.requests
    expect(request?.headers).toMatchObject(traced)
    for (const name of ['x-forwarded-for', 'cookie', 'x-api-key', 'mcp-name']) {
      expect(request?.headers).not.toHaveProperty(name)
    }
  })

  test('is no trace where that of the request is malformed', async () => {
    refusing(new Set())
    const headers = { traceparent: '00-xyz', tracestate: 'vendor=1', baggage: 'tenant=7' }
    await callForAnswer(stack, { token: await subject(), tool: 'read', headers })
    for (const name of Object.keys(headers)) {
      expect(stack.api.requests[0]?.headers).not.toHaveProperty(name)
    }
  })

  test('is the token of the exchange, also for a client that sends its own twice', async () => {
    refusing(new Set())
    const token = await subject()
    await call('read', token)
    expect(tokensSeen()).toHaveLength(1)
    expect(tokensSeen()[0]).not.toContain(token.slice(-40))
  })
})

test('an MCP client that goes away ends its call of the API', async () => {
  const [arrived, ended, leaving] = [deferred(), deferred(), new AbortController()]
  stack.api.responder = (_req, res) => {
    res.on('close', () => {
      ended.resolve()
    })
    arrived.resolve()
  }
  const outcome = fetch(stack.door.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${await subject()}`,
    },
    body: JSON.stringify(callTool('read')),
    signal: leaving.signal,
  }).catch(() => 'gone')
  await arrived.promise
  leaving.abort()
  expect(await outcome).toBe('gone')
  await ended.promise
})

test('an exchange outlives the client that caused it, and serves the next', async () => {
  const { issuer, door } = stack
  const [asked, go] = [deferred(), deferred()]
  issuer.tokenResponder = async (request, res) => {
    asked.resolve()
    await go.promise
    await exchangeAsAsked(issuer)(request, res)
  }
  refusing(new Set())
  const token = await subject()
  const leaving = new AbortController()
  const body = JSON.stringify(callTool('read'))
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  }
  const authorized = { ...headers, Authorization: `Bearer ${token}` }
  const init = { method: 'POST', headers: authorized, body, signal: leaving.signal }
  const first = fetch(door.endpoint, init).catch(() => 'gone')
  await asked.promise
  const second = postMcp(door.endpoint, callTool('read'), { token })
  leaving.abort()
  expect(await first).toBe('gone')
  go.resolve()
  expect(await (await second).text()).toContain('hello')
  expect([issuer.tokenRequests.length, stack.api.requests.length]).toEqual([1, 1])
})
