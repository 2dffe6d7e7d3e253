import type { ServerResponse } from 'node:http'
import { expect, test, vi } from 'vitest'
import { APP, sendLogout } from '../../helpers/logout-token.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type McpServerOptions } from '../../helpers/start-mcp-server.js'
import type { TokenRequest } from '../../helpers/test-issuer.js'
import { callForAnswer } from '../../helpers/tool-answer.js'
import { holdCalls } from '../../helpers/wire.js'

const ALICE = 'auth0|alice'
const BOB = 'auth0|bob'
/** Waiting for what goes on beside an answer, on a machine that is busy. */
const PATIENCE = { timeout: 60_000 }

const PATIENT = { API_TIMEOUT_MS: '60000', EXCHANGE_TIMEOUT_MS: '60000' }

async function start({ environment, ...options }: McpServerOptions = {}) {
  const server = await startMcpServer({
    environment: { BACKCHANNEL_LOGOUT_CLIENTS: APP, ...PATIENT, ...environment },
    ...options,
  })
  const mint = (sub: string): Promise<string> =>
    server.mint({ sub, iat: Math.floor(Date.now() / 1_000) - 60 })
  return {
    ...server,
    greets: async (sub: string) => callForAnswer(server, { token: await mint(sub) }),
    posts: async (sub: string) =>
      postMcp(server.endpoint, callTool('greet'), { token: await mint(sub) }),
    signOut: () => sendLogout(server, { sub: ALICE }),
  }
}

/** Makes the token endpoint answer nobody until told. */
function holdExchanges(server: Awaited<ReturnType<typeof start>>) {
  const held: (readonly [TokenRequest, ServerResponse])[] = []
  const { tokenResponder } = server.issuer
  server.issuer.tokenResponder = (request, res) => void held.push([request, res])
  return {
    held,
    answerAll: () => Promise.all(held.map(async ([request, res]) => tokenResponder(request, res))),
  }
}

test('a call that waits for the API ends when its user is signed out, at the API too, and others go on', async () => {
  const server = await start()
  const next = holdCalls(server.api)
  const [alice, ofAlice] = [server.greets(ALICE), await next()]
  const [bob, ofBob] = [server.greets(BOB), await next()]
  expect(await server.signOut()).toBe(200)
  const answer = await alice
  expect([answer.isError, answer.text]).toEqual([true, expect.stringMatching(/signed out/)])
  await ofAlice.brokenOff
  expect(server.audit.records).toMatchObject([
    { outcome: 'signed_out', user: { subject: ALICE }, toolReadFrom: 'body', decision: 'allowed' },
  ])
  ofBob.answer()
  expect((await bob).isError).toBe(false)
})

test('a call that waits for its turn at the API never gets there', async () => {
  const server = await start({ environment: { API_CONNECTIONS: '1' } })
  const next = holdCalls(server.api)
  const [bob, ofBob] = [server.greets(BOB), await next()]
  const alice = server.greets(ALICE)
  await vi.waitUntil(() => server.issuer.tokenRequests.length === 2, PATIENCE)
  await server.signOut()
  expect((await alice).text).toMatch(/signed out/)
  ofBob.answer()
  expect((await bob).isError).toBe(false)
  expect(server.api.requests).toHaveLength(1)
})

test('a call that waits for its exchange ends with 401, and its token is used for nothing', async () => {
  const server = await start()
  const { held, answerAll } = holdExchanges(server)
  const alice = server.posts(ALICE)
  await vi.waitUntil(() => held.length === 1, PATIENCE)
  const bob = server.posts(BOB)
  await vi.waitUntil(() => held.length === 2, PATIENCE)
  await server.signOut()
  const answer = await alice
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([
    401,
    expect.stringMatching(/error="invalid_token".*signed out/),
  ])
  await answerAll()
  expect((await bob).status).toBe(200)
  expect(server.api.requests).toHaveLength(1)
  expect(server.log.named('tool_failed')).toEqual([])
})

test('an answer whose rest comes after the sign-out is withheld', async () => {
  const server = await start()
  let finish = (): void => undefined
  server.api.responder = (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"msg":"for alice",')
    finish = () => void res.end('"sub":"auth0|alice","scopes":"read:private"}')
  }
  const alice = server.greets(ALICE)
  await vi.waitUntil(() => server.api.requests.length === 1, PATIENCE)
  await server.signOut()
  finish()
  const { isError, text } = await alice
  expect([isError, text]).toEqual([true, expect.stringMatching(/signed out/)])
  expect(text).not.toContain('for alice')
})
