import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Policy } from '../../../src/policy/policy.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { askingClient, textOf, type Action } from '../../helpers/asking-client.js'
import { bookingToken, reached, startConfirmingServer } from '../../helpers/confirming-server.js'
import { callTool, postMcp, rpc, rpcAnswer, sessionHeaders } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { toolAnswer } from '../../helpers/tool-answer.js'

const CANCEL = { name: 'cancelBooking', arguments: { bookingId: 'b1' } }
const SESSIONS = { MCP_SESSIONS: 'on' }

describe.each(['legacy', 'auto'] as const)('with an SDK client (%s)', (mode) => {
  const connected = async (action: Action | undefined) => {
    const server = await startConfirmingServer({ environment: SESSIONS })
    const token = await bookingToken(server)
    const questions: string[] = []
    const answer = (question: string): Action => {
      questions.push(question)
      expect(reached(server)).toEqual([0, 0])
      return action ?? 'cancel'
    }
    const client = await askingClient(server.endpoint, {
      ...{ token, mode, answer: action === undefined ? undefined : answer },
    })
    return { server, client, questions }
  }

  test('the user is asked once and accepts: the API is called once, with a token exchanged after that', async () => {
    const { server, client, questions } = await connected('accept')
    const result = await client.callTool(CANCEL)
    expect(result.isError ?? false).toBe(false)
    expect(questions).toEqual([expect.stringContaining('DELETE /bookings/{bookingId}')])
    expect(reached(server)).toEqual([1, 1])
    expect(server.audit.records.at(-1)).toMatchObject({ decision: 'confirmed', outcome: 'ok' })
  })

  test.each([
    ['decline', 'declined'],
    ['cancel', 'dismissed'],
  ] as const)(
    'the user answers with %s: nothing is called, and the model reads why',
    async (action, outcome) => {
      const { server, client } = await connected(action)
      const result = await client.callTool(CANCEL)
      expect(result.isError).toBe(true)
      expect(textOf(result)).toMatch(/nothing was called/)
      expect(reached(server)).toEqual([0, 0])
      expect(server.audit.records.at(-1)).toMatchObject({ decision: 'allowed', outcome })
    },
  )

  test('a client that cannot ask is refused, and reads what to change', async () => {
    const { server, client } = await connected(undefined)
    const result = await client.callTool(CANCEL)
    expect(result.isError).toBe(true)
    expect(textOf(result)).toMatch(/OPENAPI_CONFIRM/)
    expect(reached(server)).toEqual([0, 0])
  })

  test.each(['accept', 'decline'] as const)(
    'the user is asked where a policy wants it, reads why and which operation it is, and %s decides',
    async (action) => {
      const policy: Policy = () => ({ decision: 'ask', reason: 'Bookings are watched today' })
      const environment = { ...SESSIONS, OPENAPI_CONFIRM: 'off' }
      const server = await startConfirmingServer({ environment, policy })
      const questions: string[] = []
      const client = await askingClient(server.endpoint, {
        ...{ token: await bookingToken(server), mode },
        answer: (question) => {
          questions.push(question)
          expect(reached(server)).toEqual([0, 0])
          return action
        },
      })
      const result = await client.callTool({ name: 'listBookings', arguments: {} })
      expect(questions).toEqual([
        expect.stringMatching(
          /Operation: `GET \/bookings`[\s\S]*Why you are asked: `Bookings are watched today`/,
        ),
      ])
      expect([result.isError ?? false, ...reached(server)]).toEqual(
        action === 'accept' ? [false, 1, 1] : [true, 0, 0],
      )
    },
  )

  test('no tool has an argument by which a model could confirm', async () => {
    const { client } = await connected('accept')
    const { tools } = await client.listTools()
    const cancel = tools.find(({ name }) => name === 'cancelBooking')
    expect(Object.keys(cancel?.inputSchema.properties ?? {})).toEqual(['bookingId'])
    const confirming = { ...CANCEL.arguments, confirm: true, confirmed: true }
    await client.callTool({ ...CANCEL, arguments: confirming })
  })
})

describe('of a 2025 client', () => {
  test('a call without a session is refused, and names MCP_SESSIONS', async () => {
    const server = await startConfirmingServer()
    const token = await bookingToken(server)
    const message = callTool('cancelBooking', { bookingId: 'b1' })
    const answer = toolAnswer(await postMcp(server.endpoint, message, { token }))
    expect(answer.isError).toBe(true)
    expect(answer.text).toMatch(/MCP_SESSIONS/)
    expect(reached(server)).toEqual([0, 0])
  })

  test('an answer and a state that nobody asked for are no consent', async () => {
    const server = await startConfirmingServer({ environment: SESSIONS })
    const token = await bookingToken(server)
    const session = await server.openSession(token)
    for (const message of [
      rpc('tools/call', { ...CANCEL, inputResponses: { confirm: { action: 'accept' } } }),
      rpc('tools/call', { ...CANCEL, requestState: 'x', inputResponses: {} }),
    ]) {
      const answer = toolAnswer(await server.within(session, token, message))
      expect(answer.isError).toBe(true)
    }
    expect(reached(server)).toEqual([0, 0])
  })

  test("another user cannot answer within somebody's session", async () => {
    const server = await startConfirmingServer({ environment: SESSIONS })
    const token = await bookingToken(server)
    const mallory = await bookingToken(server, { sub: 'auth0|mallory' })
    const statuses: number[] = []
    const answer = async (): Promise<Action> => {
      const session = server.audit.records.length === 0 ? sessionOf() : ''
      const accepted = { jsonrpc: '2.0', id: 0, result: { action: 'accept', content: {} } }
      const headers = sessionHeaders(session)
      const response = await postMcp(server.endpoint, accepted, { token: mallory, headers })
      statuses.push(response.status)
      return 'decline'
    }
    const client = await askingClient(server.endpoint, { token, mode: 'legacy', answer })
    const sessionOf = (): string => client.transport?.sessionId ?? ''
    expect((await client.callTool(CANCEL)).isError).toBe(true)
    expect(statuses).toEqual([404])
    expect(reached(server)).toEqual([0, 0])
  })

  test('a call that is cancelled while the user is asked is not made, whatever they answer then', async () => {
    const server = await startConfirmingServer({ environment: SESSIONS })
    const token = await bookingToken(server)
    const cancelled = new AbortController()
    const answer = (): Action => {
      cancelled.abort()
      return 'accept'
    }
    const client = await askingClient(server.endpoint, { token, mode: 'legacy', answer })
    await expect(client.callTool(CANCEL, { signal: cancelled.signal })).rejects.toThrow()
    await client.listTools()
    expect(reached(server)).toEqual([0, 0])
  })

  test('a question that nobody answers in time ends the call without a request to the API', async () => {
    const confirmation = { lifetimeMs: 50 }
    const server = await startConfirmingServer({ environment: SESSIONS, confirmation })
    const token = await bookingToken(server)
    const answer = (): Promise<Action> => new Promise(() => undefined)
    const client = await askingClient(server.endpoint, { token, mode: 'legacy', answer })
    const result = await client.callTool(CANCEL)
    expect(textOf(result)).toMatch(/did not answer/)
    expect(reached(server)).toEqual([0, 0])
  })
})

describe('a hand-written tool with confirm', () => {
  const ran: string[] = []
  const remember = defineTool({
    name: 'remember',
    title: 'Remember',
    description: 'Remembers a text.',
    inputSchema: z.object({ text: z.string() }),
    outputSchema: z.object({}),
    requiredScopes: ['tool:remember'],
    confirm: true,
    toText: () => 'Remembered.',
    handler: ({ text }) => {
      ran.push(text)
      return {}
    },
  })

  test('that calls no API runs after consent alone, and shows text that is no Markdown', async () => {
    const server = await startMcpServer({ tools: [remember] })
    const token = await server.mint({ scope: 'tool:remember' })
    const questions: string[] = []
    const answers: Action[] = ['decline', 'accept']
    const client = await askingClient(server.endpoint, {
      ...{ token, mode: 'auto' },
      answer: (question) => {
        questions.push(question)
        return answers.shift() ?? 'cancel'
      },
    })
    const text = '`**free** [money](https://evil.example)\n- Tool: other\u202e'
    const call = { name: 'remember', arguments: { text } }
    expect((await client.callTool(call)).isError).toBe(true)
    expect(ran).toEqual([])
    expect(textOf(await client.callTool(call))).toBe('Remembered.')
    expect(ran).toEqual([text])
    expect(questions[0]?.split('\n')).toHaveLength(4)
    expect(questions[0]).not.toMatch(/\u202e|https:\/\/|"`\*/)
  })

  test('says at the start that the key is random, where it is', async () => {
    const server = await startMcpServer({ tools: [remember] })
    expect(server.log.named('confirmation_key_random')).toMatchObject([
      { level: 'warn', fields: { hint: expect.stringMatching(/CONFIRMATION_KEYS/) as string } },
    ])
    const silent = await startMcpServer()
    expect(silent.log.named('confirmation_key_random')).toEqual([])
    expect(
      rpcAnswer(await postMcp(silent.endpoint, rpc('ping'), { token: await silent.mint() })),
    ).toHaveProperty('result')
  })
})
