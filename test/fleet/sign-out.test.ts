import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { APP, sendLogout } from '../helpers/logout-token.js'
import { callTool, initialize, sessionHeaders } from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { holdCalls } from '../helpers/wire.js'
import { greetBy, postTo, startFleet, untilLogged, type Fleet } from './helpers/start-fleet.js'

/** What `fetch` reaches, which cannot send the host of the load balancer. */
const DIRECT = { ALLOWED_HOSTS: 'localhost', MCP_SESSIONS: 'on' }
const HEARS = { ...DIRECT, BACKCHANNEL_LOGOUT_CLIENTS: APP }
const ALICE = { sub: 'auth0|alice' }

const whoami = async (server: TestServer, token: string): Promise<number> =>
  (await postTo(server, callTool('whoami'), { token })).status

/** Until a call with a token is answered so. */
const untilAnswered = (server: TestServer, token: string, status: number): Promise<unknown> =>
  vi.waitUntil(async () => (await whoami(server, token)) === status, { timeout: 60_000 })

/** The stream of a session at one instance; `isOpen` says whether it has ended. */
async function openStream({ origin }: TestServer, token: string) {
  const opened = await postTo({ origin }, initialize(), { token })
  const session = sessionHeaders(opened.get('mcp-session-id') ?? '')
  const stream = await fetch(new URL('/mcp', origin), {
    headers: { ...session, Accept: 'text/event-stream', Authorization: `Bearer ${token}` },
  })
  expect(stream.status).toBe(200)
  const state = { isOpen: true }
  const ended = (): void => {
    state.isOpen = false
  }
  stream.text().then(ended, ended)
  return state
}

test('a sign-out at one instance ends the user at all of them, and nobody else', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, second, issuer, mint } = fleet
  const [alice, bob] = [await mint(), await mint({ sub: 'auth0|bob' })]
  const streams = []
  for (const server of [first, second]) {
    for (const token of [alice, bob]) streams.push(await openStream(server, token))
  }
  const [aliceFirst, bobFirst, aliceSecond, bobSecond] = streams
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  await untilAnswered(second, alice, 401)
  expect(await whoami(first, alice)).toBe(401)
  await vi.waitUntil(() => aliceFirst?.isOpen === false && aliceSecond?.isOpen === false, {
    timeout: 60_000,
  })
  expect([bobFirst?.isOpen, bobSecond?.isOpen]).toEqual([true, true])
  const later = await mint({ iat: Math.floor(Date.now() / 1_000) + 2 })
  for (const server of [first, second]) {
    expect([await whoami(server, later), await whoami(server, bob)]).toEqual([200, 200])
  }
  const another = await fleet.startAnother()
  await untilLogged([another], 'store_available')
  expect([await whoami(another, alice), await whoami(another, later)]).toEqual([401, 200])
})

test('while there is no Redis the instance that is told knows, and the others once it is back', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, second, redis, issuer, mint } = fleet
  const alice = await mint()
  const stream = await openStream(second, alice)
  await redis.kill()
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(503)
  expect([await whoami(first, alice), await whoami(second, alice)]).toEqual([401, 200])
  expect(stream.isOpen).toBe(true)
  await redis.restart()
  await untilAnswered(second, alice, 401)
  await vi.waitUntil(() => !stream.isOpen, { timeout: 60_000 })
})

test('a Redis that comes back empty gets what the instances know', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, second, redis, issuer, mint } = fleet
  const alice = await mint()
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  await untilAnswered(second, alice, 401)
  await redis.restart()
  const another = await fleet.startAnother()
  await untilLogged([another], 'store_available')
  await untilAnswered(another, alice, 401)
})

test('a logout token is good once in all instances', async () => {
  const { first, second, issuer } = await startFleet({ environment: HEARS })
  const claims = { ...ALICE, jti: 'once' }
  expect(await sendLogout({ ...first, issuer }, claims)).toBe(200)
  expect(await sendLogout({ ...second, issuer }, claims)).toBe(400)
})

/** Somebody who can write into the store, and has no key. */
function intruderOf({ redis }: Fleet): Redis {
  const intruder = new Redis({ path: redis.path })
  onTestFinished(() => {
    intruder.disconnect()
  })
  return intruder
}

test('a sign-out at one instance ends the calls of the user that are under way at another, and no others', async () => {
  const fleet = await startFleet({ environment: { ...HEARS, API_TIMEOUT_MS: '60000' } })
  const { first, second, issuer, mint } = fleet
  const next = holdCalls(first.api)
  const [alice, ofAlice] = [greetBy(second, await mint()), await next()]
  const [bob, ofBob] = [greetBy(second, await mint({ sub: 'auth0|bob' })), await next()]
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  const { isError, text } = await alice
  expect(isError).toBe(true)
  expect(text).toMatch(/signed out/)
  await ofAlice.brokenOff
  ofBob.answer()
  expect((await bob).isError).toBe(false)
})

test('a store that is emptied after a sign-out changes nothing for the instances that have heard of it', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, second, issuer, mint } = fleet
  const alice = await mint()
  expect([await whoami(first, alice), await whoami(second, alice)]).toEqual([200, 200])
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  await untilAnswered(second, alice, 401)
  await intruderOf(fleet).flushall()
  expect([await whoami(first, alice), await whoami(second, alice)]).toEqual([401, 401])
})

test('who writes into the store, and has no key, signs nobody out: by no message, and by no value', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, second, issuer, mint } = fleet
  const [alice, bob] = [await mint(), await mint({ sub: 'auth0|bob' })]
  const now = `${Math.floor(Date.now() / 1_000)}`
  expect(await whoami(second, bob)).toBe(200)
  const intruder = intruderOf(fleet)
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  await untilAnswered(second, alice, 401)
  const keys = await intruder.keys('mcp-obo:r:*')
  const values = (await Promise.all(keys.map((key) => intruder.get(key)))).filter(
    (value) => value !== null,
  )
  expect(values.length).toBeGreaterThan(0)
  // Bob's keys are not known, so all that he is looked up by answers with a genuine value of Alice, and with a time alone.
  const channel = 'mcp-obo:revoked'
  for (const text of [...values, now, `${now} ${keys[0]?.replace('mcp-obo:', '') ?? ''}`]) {
    await intruder.publish(channel, text)
  }
  await untilLogged([first, second], 'sign_out_unreadable')
  expect([await whoami(first, bob), await whoami(second, bob)]).toEqual([200, 200])
})

test('something of another type in the place of a sign-out keeps no sign-out from being written', async () => {
  const fleet = await startFleet({ environment: HEARS })
  const { first, issuer, mint } = fleet
  const intruder = intruderOf(fleet)
  expect(await sendLogout({ ...first, issuer }, ALICE)).toBe(200)
  const keys = await intruder.keys('mcp-obo:r:*')
  for (const key of keys) {
    await intruder.del(key)
    await intruder.lpush(key, 'anything')
  }
  const alice = await mint()
  const later = Math.floor(Date.now() / 1_000) + 2
  expect(await sendLogout({ ...first, issuer }, { ...ALICE, iat: later })).toBe(200)
  const another = await fleet.startAnother()
  await untilLogged([another], 'store_available')
  expect(await whoami(another, alice)).toBe(401)
})
