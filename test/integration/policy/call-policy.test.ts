import { describe, expect, test } from 'vitest'
import type { Policy, PolicyCall } from '../../../src/policy/policy.js'
import { greet } from '../../../src/tools/greet.js'
import { createGetDatetime } from '../../../src/tools/get-datetime.js'
import {
  asked,
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type McpServerOptions } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../../helpers/tool-answer.js'

/** A server with a policy, which keeps the calls that it was asked about. */
async function policed(policy: Policy, options: McpServerOptions = {}) {
  const calls: PolicyCall[] = []
  const server = await startMcpServer({
    ...options,
    policy: (call, signal) => {
      calls.push(call)
      return policy(call, signal)
    },
  })
  return { server, calls, token: await mintSubject(server) }
}

const NEVER: Policy = () => new Promise(() => undefined)

describe('a policy in the standalone server', () => {
  test('is told who calls what with which arguments, and lets the call through', async () => {
    const { server, calls, token } = await policed(() => ({ decision: 'allow' }))
    const answer = await callForAnswer(server, { token, args: {} })
    expect(answer.isError).toBe(false)
    expect(calls).toMatchObject([
      { tool: 'greet', api: 'api', arguments: {}, caller: { issuer: server.issuer.issuer } },
    ])
    expect(JSON.stringify(calls)).not.toContain(token)
    expect(server.audit.records).toMatchObject([{ policy: 'allowed', decision: 'allowed' }])
  })

  test('denies with a reason: no exchange, no call of the API, and the record says so', async () => {
    const reason = 'Only on\nweekdays. "Ignore this" \u202e'
    const { server, token } = await policed(() => ({ decision: 'deny', reason }))
    const answer = await callForAnswer(server, { token })
    expect(answer).toMatchObject({ status: 200, isError: true })
    expect(answer.text).toContain(`"Only on weekdays. 'Ignore this'"`)
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([
      { policy: 'denied', decision: 'denied', outcome: 'policy_denied', exchangeCount: 0 },
    ])
  })

  test.each<readonly [string, Policy, string]>([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
      'policy_failed',
    ],
    ['rejects', () => Promise.reject(new Error('gone')), 'policy_failed'],
    ['is late', NEVER, 'timed_out'],
    ['gives nothing', () => undefined as never, 'decision_malformed'],
    ['says true', () => true as never, 'decision_malformed'],
    ['says allowed', () => ({ decision: 'allowed' }) as never, 'decision_malformed'],
    [
      'has no text as a reason',
      () => ({ decision: 'allow', reason: 1 }) as never,
      'decision_malformed',
    ],
  ])('that %s lets nothing through', async (_, policy, reason) => {
    const { server, token } = await policed(policy, { policyTimeoutMs: 200 })
    const answer = await callForAnswer(server, { token })
    expect(answer.isError).toBe(true)
    expect(answer.text).not.toContain('gone')
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([
      { policy: 'unavailable', outcome: 'policy_unavailable', reason },
    ])
  })

  test('decides about each message of a batch', async () => {
    const { server, token } = await policed(({ arguments: args }) => ({
      decision: args['n'] === 1 ? 'allow' : 'deny',
    }))
    const one = { ...callTool('get_datetime', { n: 1 }), id: 1 }
    const two = { ...callTool('get_datetime', { n: 2 }), id: 2 }
    const { text } = await postMcp(server.endpoint, [one, two], { token })
    expect(text.match(/"isError":true/g)).toHaveLength(1)
    const outcomes = server.audit.records.map((record) => record.outcome)
    expect(outcomes.toSorted()).toEqual(['ok', 'policy_denied'])
  })

  test('sees members of odd names as they were sent, and cannot change the call', async () => {
    const { server, calls, token } = await policed(({ arguments: args }) => {
      expect(() => Object.assign(args, { extra: 1 })).toThrow(TypeError)
      return { decision: 'allow' }
    })
    const message = JSON.stringify(callTool('get_datetime', { a: 1 })).replace(
      '"a":1',
      '"a":1,"a":2,"__proto__":{"b":1}',
    )
    await postMcp(server.endpoint, JSON.parse(message) as object, { token })
    const [call] = calls
    expect(Object.keys(call?.arguments ?? {})).toEqual(['a', '__proto__'])
    expect(call?.arguments['a']).toBe(2)
    expect(call?.arguments['b']).toBeUndefined()
  })

  test('decides about public tools too, with no caller', async () => {
    const { server, calls } = await policed(() => ({ decision: 'deny' }), {
      tools: [greet, { ...createGetDatetime(), requiredScopes: [], public: true }],
      environment: { PUBLIC_TOOLS: 'get_datetime' },
    })
    const { text } = await postMcp(server.endpoint, callTool('get_datetime', {}))
    expect(text).toContain('A policy does not allow this call')
    expect(calls).toMatchObject([{ tool: 'get_datetime', caller: undefined }])
  })

  test('that never ends for one user holds up nobody else', async () => {
    const { server } = await policed(
      ({ caller }) =>
        caller?.subject === 'greedy' ? new Promise(() => undefined) : { decision: 'allow' },
      { policyTimeoutMs: 5_000 },
    )
    const greedy = await mintSubject(server, { sub: 'greedy' })
    const other = await mintSubject(server, { sub: 'other' })
    const waiting = Array.from({ length: 40 }, () => callForAnswer(server, { token: greedy }))
    const answer = await callForAnswer(server, { token: other })
    expect(answer.isError).toBe(false)
    for (const each of await Promise.all(waiting)) expect(each.isError).toBe(true)
  })
})

describe('a policy that has the user asked', () => {
  const ask: Policy = () => ({ decision: 'ask', reason: 'Large <b>amount</b>' })
  const environment = { OPENAPI_CONFIRM: 'off' }

  test('asks before a tool without confirm, and exchanges once they have agreed', async () => {
    const { server, token, first, requestState } = await asked({ policy: ask, environment })
    expect(first.question).toContain('Why you are asked: `Large \\u003cb\\u003eamount')
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect(second.isError).toBe(false)
    expect(reached(server)).toEqual([1, 1])
    expect(server.audit.records.at(-1)).toMatchObject({ policy: 'asked', decision: 'confirmed' })
  })

  test('does not run a call that was declined, although the policy now allows it', async () => {
    let decision: 'ask' | 'allow' = 'ask'
    const { server, token, requestState } = await asked({
      policy: () => ({ decision }),
      environment,
    })
    decision = 'allow'
    const second = await sendRound(server, { token, requestState, action: 'decline' })
    expect(second.text).toContain('declined')
    expect(reached(server)).toEqual([0, 0])
  })

  test('is asked again with the answer, and a denial does not use up the consent', async () => {
    let decision: 'ask' | 'deny' = 'ask'
    const { server, token, requestState } = await asked({
      policy: () => ({ decision }),
      environment,
    })
    decision = 'deny'
    const denied = await sendRound(server, { token, requestState, action: 'accept' })
    expect(denied.text).toContain('A policy does not allow')
    expect(reached(server)).toEqual([0, 0])
    decision = 'ask'
    const agreed = await sendRound(server, { token, requestState, action: 'accept' })
    expect(agreed.isError).toBe(false)
  })

  test('can only tighten: a tool with confirm asks although the policy allows it', async () => {
    const server = await startConfirmingServer({ policy: () => ({ decision: 'allow' }) })
    const first = await sendRound(server, { token: await bookingToken(server) })
    expect(first.question).toContain('Allow this call in your name?')
    expect(reached(server)).toEqual([0, 0])
  })
})

describe.each(['SDK v1', 'SDK v2'] as const)(
  'a policy in front of a server of one’s own (%s)',
  (sdk) => {
    test('stops the handler itself, whether its tool calls an API or not', async () => {
      const ran: string[] = []
      const server = await startLibraryServer({
        sdk,
        tools: [{ name: 'plain', requiredScopes: [] }],
        handlers: { plain: () => ran.push('plain') },
        options: { policy: () => ({ decision: 'deny', reason: 'Not today.' }) },
      })
      const token = await mintSubject(server)
      const { status, text } = await postMcp(server.endpoint, callTool('plain'), { token })
      expect(status).toBe(403)
      expect(text).toContain('Not today.')
      expect(ran).toEqual([])
      expect(server.audit.records).toMatchObject([{ policy: 'denied', outcome: 'policy_denied' }])
    })

    test('refuses to ask where nothing makes the handler ask', async () => {
      const ran: string[] = []
      const server = await startLibraryServer({
        sdk,
        tools: [{ name: 'plain', requiredScopes: [] }],
        handlers: { plain: () => ran.push('plain') },
        options: { policy: () => ({ decision: 'ask' }) },
      })
      await postMcp(server.endpoint, callTool('plain'), { token: await mintSubject(server) })
      expect(ran).toEqual([])
    })
  },
)
