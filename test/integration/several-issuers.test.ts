import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callForAnswer, exchangeAsAsked, openExchangeStack } from '../helpers/exchange-stack.js'
import { callTool, openMcpDoor, postMcp, rpcAnswer, type McpDoor } from '../helpers/mcp-door.js'
import { initialize, sessionHeaders } from '../helpers/session-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

let first: TestIssuer
let second: TestIssuer
let stranger: TestIssuer
let door: McpDoor

beforeEach(async () => {
  ;[first, second, stranger] = [
    await TestIssuer.start(),
    await TestIssuer.start(),
    await TestIssuer.start(),
  ]
  door = await openMcpDoor({
    issuer: first.issuer,
    environment: { ADDITIONAL_ISSUERS: second.issuer },
  })
})

afterEach(async () => {
  await Promise.all([door, first, second, stranger].map((open) => open.close()))
})

test('tokens of each configured issuer are accepted, those of others not', async () => {
  const status = async (issuer: TestIssuer): Promise<number> => {
    const token = await issuer.mint(door.audience)
    return (await postMcp(door.endpoint, callTool('whoami'), { token })).status
  }
  expect([await status(first), await status(second), await status(stranger)]).toEqual([
    200, 200, 401,
  ])
  expect(stranger.requests).toEqual([])
})

test('a token that one issuer signed in the name of the other is refused', async () => {
  const token = await second.mint(door.audience, { claims: { iss: first.issuer } })
  expect((await postMcp(door.endpoint, callTool('whoami'), { token })).status).toBe(401)
})

test('a token is exchanged at its own issuer', async () => {
  const token = await second.mint(door.audience)
  const answer = await rpcAnswer(await postMcp(door.endpoint, callTool('greet'), { token }))
  expect(answer['result']).toMatchObject({ isError: true })
  expect([first.tokenRequests.length, second.tokenRequests.length]).toEqual([0, 1])
})

test('the metadata names them all', async () => {
  const response = await fetch(`${door.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(await response.json()).toMatchObject({
    authorization_servers: [first.issuer, second.issuer],
  })
})

test('a user shares no limit of requests with one of the same sub at another issuer', async () => {
  const limited = await openMcpDoor({
    issuer: first.issuer,
    environment: { ADDITIONAL_ISSUERS: second.issuer, RATE_LIMIT_PER_CALLER: '2' },
  })
  try {
    const call = async (issuer: TestIssuer): Promise<number> => {
      const token = await issuer.mint(limited.audience, { claims: { sub: 'same' } })
      return (await postMcp(limited.endpoint, callTool('whoami'), { token })).status
    }
    expect([await call(first), await call(first), await call(first)]).toEqual([200, 200, 429])
    expect(await call(second)).toBe(200)
  } finally {
    await limited.close()
  }
})

test('a user shares neither session places nor streams with one of the same sub at another issuer', async () => {
  const sessions = await openMcpDoor({
    issuer: first.issuer,
    environment: {
      ADDITIONAL_ISSUERS: second.issuer,
      MCP_SESSIONS: 'on',
      SESSION_LIMIT_PER_USER: '1',
      CONCURRENCY_PER_CALLER: '1',
    },
  })
  try {
    const open = async (issuer: TestIssuer) => {
      const token = await issuer.mint(sessions.audience, { claims: { sub: 'same' } })
      const opened = await postMcp(sessions.endpoint, initialize(), { token })
      await opened.text()
      const session = opened.headers.get('mcp-session-id') ?? ''
      return { token, headers: sessionHeaders(session) }
    }
    const ours = await open(first)
    const theirs = await open(second)
    const still = await postMcp(sessions.endpoint, callTool('whoami'), ours)
    expect(still.status).toBe(200)
    await still.text()
    const listen = ({ token, headers }: typeof ours): Promise<Response> =>
      fetch(sessions.endpoint, {
        headers: { Accept: 'text/event-stream', Authorization: `Bearer ${token}`, ...headers },
      })
    const streams = [await listen(ours), await listen(theirs)]
    expect(streams.map(({ status }) => status)).toEqual([200, 200])
    sessions.drain()
    await Promise.all(streams.map((stream) => stream.text()))
  } finally {
    await sessions.close()
  }
})

test('a user shares no places for calls of the API with one of the same sub at another issuer', async () => {
  second.tokenResponder = exchangeAsAsked(second)
  const stack = await openExchangeStack({
    issuer: first,
    environment: { ADDITIONAL_ISSUERS: second.issuer, API_CONCURRENCY_PER_USER: '1' },
  })
  try {
    const held = new Promise<ServerResponse>((arrived) => {
      stack.api.responder = (_req, res) => {
        stack.api.responder = undefined
        arrived(res)
      }
    })
    const tokenOf = (issuer: TestIssuer): Promise<string> =>
      issuer.mint(stack.door.audience, { claims: { sub: 'same' } })
    const waiting = callForAnswer(stack, { token: await tokenOf(first) })
    const answer = await held
    expect((await callForAnswer(stack, { token: await tokenOf(second) })).isError).toBe(false)
    answer.writeHead(200, { 'Content-Type': 'application/json' })
    answer.end(JSON.stringify({ msg: 'Hello', sub: 'same', scopes: '' }))
    expect((await waiting).isError).toBe(false)
  } finally {
    await stack.close()
  }
})
