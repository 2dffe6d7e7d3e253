import request from 'supertest'
import type { ServerResponse } from 'node:http'
import { beforeEach, expect, test } from 'vitest'
import { exchangeAsAsked } from '../helpers/exchange-answers.js'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { TestIssuer } from '../helpers/test-issuer.js'
import { callForAnswer } from '../helpers/tool-answer.js'

let first: TestIssuer
let second: TestIssuer
let stranger: TestIssuer
let server: TestServer

beforeEach(async () => {
  ;[first, second, stranger] = [
    await TestIssuer.start(),
    await TestIssuer.start(),
    await TestIssuer.start(),
  ]
  server = await startMcpServer({
    issuer: first,
    environment: { ADDITIONAL_ISSUERS: second.issuer },
  })
})

test('tokens of each configured issuer are accepted, those of others not', async () => {
  const status = async (issuer: TestIssuer): Promise<number> => {
    const token = await issuer.mint(server.audience)
    return (await postMcp(server.endpoint, callTool('whoami'), { token })).status
  }
  expect([await status(first), await status(second), await status(stranger)]).toEqual([
    200, 200, 401,
  ])
  expect(stranger.requests).toEqual([])
})

test('a token that one issuer signed in the name of the other is refused', async () => {
  const token = await second.mint(server.audience, { claims: { iss: first.issuer } })
  expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(401)
})

test('a token is exchanged at its own issuer', async () => {
  const token = await second.mint(server.audience)
  const answer = rpcAnswer(await postMcp(server.endpoint, callTool('greet'), { token }))
  expect(answer['result']).toMatchObject({ isError: true })
  expect([first.tokenRequests.length, second.tokenRequests.length]).toEqual([0, 1])
})

test('the metadata names them all', async () => {
  const response = await request(server.origin).get('/.well-known/oauth-protected-resource/mcp')
  expect(response.body).toMatchObject({
    authorization_servers: [first.issuer, second.issuer],
  })
})

test('a user shares no limit of requests with one of the same sub at another issuer', async () => {
  const limited = await startMcpServer({
    issuer: first,
    environment: { ADDITIONAL_ISSUERS: second.issuer, RATE_LIMIT_PER_CALLER: '2' },
  })
  const call = async (issuer: TestIssuer): Promise<number> => {
    const token = await issuer.mint(limited.audience, { claims: { sub: 'same' } })
    return (await postMcp(limited.endpoint, callTool('whoami'), { token })).status
  }
  expect([await call(first), await call(first), await call(first)]).toEqual([200, 200, 429])
  expect(await call(second)).toBe(200)
})

test('a user shares neither session places nor streams with one of the same sub at another issuer', async () => {
  const sessions = await startMcpServer({
    issuer: first,
    environment: {
      ADDITIONAL_ISSUERS: second.issuer,
      MCP_SESSIONS: 'on',
      MAX_SESSIONS_PER_USER: '1',
      CONCURRENCY_PER_CALLER: '1',
    },
  })
  const open = async (issuer: TestIssuer) => {
    const token = await issuer.mint(sessions.audience, { claims: { sub: 'same' } })
    return { token, session: await sessions.openSession(token) }
  }
  const ours = await open(first)
  const theirs = await open(second)
  const still = await sessions.within(ours.session, ours.token, callTool('whoami'))
  expect(still.status).toBe(200)
  const listen = ({ token, session }: typeof ours) => sessions.listen(session, token)
  const streams = [await listen(ours), await listen(theirs)]
  expect(streams.map(({ status }) => status)).toEqual([200, 200])
  sessions.drain()
  await Promise.all(streams.map((stream) => stream.text()))
})

test('a user shares no places for calls of the API with one of the same sub at another issuer', async () => {
  for (const issuer of [first, second]) issuer.tokenResponder = exchangeAsAsked(issuer)
  const server = await startMcpServer({
    issuer: first,
    environment: { ADDITIONAL_ISSUERS: second.issuer, API_CONCURRENCY_PER_USER: '1' },
  })
  const held = new Promise<ServerResponse>((arrived) => {
    server.api.responder = (_req, res) => {
      server.api.responder = undefined
      arrived(res)
    }
  })
  const tokenOf = (issuer: TestIssuer): Promise<string> =>
    issuer.mint(server.audience, { claims: { sub: 'same' } })
  const waiting = callForAnswer(server, { token: await tokenOf(first) })
  const answer = await held
  expect((await callForAnswer(server, { token: await tokenOf(second) })).isError).toBe(false)
  answer.writeHead(200, { 'Content-Type': 'application/json' })
  answer.end(JSON.stringify({ msg: 'Hello', sub: 'same', scopes: '' }))
  expect((await waiting).isError).toBe(false)
})
