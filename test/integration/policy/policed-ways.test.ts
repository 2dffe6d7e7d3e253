import { expect, test } from 'vitest'
import type { Policy, PolicyCall } from '../../../src/policy/policy.js'
import { reached } from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startSearchServer } from '../../helpers/search-server.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { mintSubject } from '../../helpers/tool-answer.js'

/** A policy that keeps what it was asked. */
function recorded(policy: Policy) {
  const calls: PolicyCall[] = []
  const recording: Policy = (call, signal) => {
    calls.push(call)
    return policy(call, signal)
  }
  return { calls, policy: recording }
}

test('a policy decides about the operation that call_operation calls, and not about call_operation', async () => {
  const { calls, policy } = recorded(({ arguments: { id } }) => ({
    decision: id === 'r1' ? 'allow' : 'deny',
  }))
  const server = await startSearchServer({ policy })
  const token = await mintSubject(server, { scope: 'read' })
  for (const id of ['r1', 'r2']) {
    const through = { name: 'get_report', arguments: { id } }
    await postMcp(server.endpoint, callTool('call_operation', through), { token })
  }
  expect(calls).toMatchObject([
    { tool: 'get_report', arguments: { id: 'r1' }, method: 'GET', path: '/get_report/{id}' },
    { tool: 'get_report', arguments: { id: 'r2' } },
  ])
  expect(server.audit.records.map(({ outcome }) => outcome)).toEqual(['ok', 'policy_denied'])
  expect(server.api.requests).toHaveLength(1)
})

test('a policy decides about each call of a session', async () => {
  let decision: 'allow' | 'deny' = 'deny'
  const server = await startMcpServer({
    environment: { MCP_SESSIONS: 'on' },
    policy: () => ({ decision }),
  })
  const token = await mintSubject(server)
  const session = await server.openSession(token)
  const denied = await server.within(session, token, callTool('greet'))
  expect(denied.text).toContain('A policy does not allow this call')
  expect(reached(server)).toEqual([0, 0])
  decision = 'allow'
  const allowed = await server.within(session, token, callTool('greet'))
  expect(allowed.text).not.toContain('"isError":true')
  expect(reached(server)).toEqual([1, 1])
})

test('of a batch, each call has its own decision and record: allowed, asked and denied, of two tools', async () => {
  const server = await startMcpServer({
    policy: ({ arguments: args }) => ({
      decision: args['n'] === 1 ? 'allow' : args['n'] === 2 ? 'ask' : 'deny',
    }),
  })
  const token = await mintSubject(server)
  const batch = [1, 2, 3].flatMap((n) => [
    { ...callTool('greet', { n }), id: `greet-${n}` },
    { ...callTool('get_datetime', { n }), id: `time-${n}` },
  ])
  const { text } = await postMcp(server.endpoint, batch, { token })
  expect(text.match(/"isError":true/g)).toHaveLength(4)
  const recordedCalls = server.audit.records.map((record) => {
    const { tool, policy, outcome } = record as { tool?: string; policy?: string; outcome: string }
    return `${tool} ${policy} ${outcome}`
  })
  expect(recordedCalls.toSorted()).toEqual([
    'get_datetime allowed ok',
    'get_datetime asked confirmation_unavailable',
    'get_datetime denied policy_denied',
    'greet allowed ok',
    'greet asked confirmation_unavailable',
    'greet denied policy_denied',
  ])
  expect(reached(server)).toEqual([1, 1])
})

test('a batch of which no call is allowed has no token exchanged', async () => {
  const server = await startMcpServer({
    policy: ({ arguments: args }) => ({ decision: args['n'] === 1 ? 'ask' : 'deny' }),
  })
  const batch = [1, 2].map((n) => ({ ...callTool('greet', { n }), id: n }))
  await postMcp(server.endpoint, batch, { token: await mintSubject(server) })
  expect(reached(server)).toEqual([0, 0])
})
