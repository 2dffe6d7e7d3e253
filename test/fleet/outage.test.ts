import { expect, test, vi } from 'vitest'
import { createDpopKey } from '../helpers/dpop-key.js'
import { callTool } from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { greetBy, postTo, PUBLIC_URL, startFleet, untilLogged } from './helpers/start-fleet.js'
import type { Fleet } from './helpers/start-fleet.js'

/** What can happen to a Redis while it is in use, and how it comes back. */
const OUTAGES: readonly (readonly [
  string,
  (fleet: Fleet) => unknown,
  (fleet: Fleet) => unknown,
])[] = [
  [
    'frozen',
    ({ redis }) => {
      redis.freeze()
    },
    ({ redis }) => {
      redis.thaw()
    },
  ],
  ['killed', ({ redis }) => redis.kill(), ({ redis }) => redis.restart()],
]

async function provedCall({ mint }: Fleet) {
  const key = await createDpopKey()
  const token = await mint({ cnf: { jkt: key.thumbprint } })
  const request = { method: 'POST', url: PUBLIC_URL, nowSeconds: Math.floor(Date.now() / 1_000) }
  return async (server: TestServer) => {
    const proof = await key.prove(token, request)
    const headers = { Authorization: `DPoP ${token}`, DPoP: proof }
    return postTo(server, callTool('whoami'), { headers })
  }
}

async function metric({ metrics }: TestServer, name: string): Promise<string | undefined> {
  const text = (await metrics?.registry.metrics()) ?? ''
  return text.split('\n').find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
}

test.each(OUTAGES)(
  'a Redis that is %s costs no call, opens no door, and is used again when it is back',
  async (_name, begin, end) => {
    const fleet = await startFleet({ environment: { RATE_LIMIT_PER_CALLER: '40' } })
    const { first, second, issuer, mint } = fleet
    const call = await provedCall(fleet)
    await begin(fleet)
    const statuses: number[] = []
    for (let user = 0; user < 3; user += 1) {
      const token = await mint({ sub: `auth0|${user}` })
      for (const server of [first, second]) statuses.push((await greetBy(server, token)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200])
    expect(issuer.tokenRequests).toHaveLength(6)
    await untilLogged([first, second], 'store_unavailable')
    const ready = await fetch(new URL('/readyz', first.origin), { headers: { Host: 'x' } })
    expect(ready.status).toBe(200)
    expect(await metric(first, 'mcp_on_behalf_of_store_available')).toMatch(/ 0$/)
    const refused = await call(second)
    expect(refused.status).toBe(503)
    const noisy = await mint({ sub: 'auth0|noisy' })
    const admitted: number[] = []
    for (let at = 0; at < 30; at += 1) {
      admitted.push((await postTo(first, callTool('whoami'), { token: noisy })).status)
    }
    expect(admitted.filter((status) => status === 200)).toHaveLength(20)
    await end(fleet)
    await untilLogged([first, second], 'store_available', 2)
    expect((await call(first)).status).toBe(200)
    const token = await mint({ sub: 'auth0|later' })
    await greetBy(first, token)
    await greetBy(second, token)
    expect(issuer.tokenRequests).toHaveLength(7)
    for (const { log } of [first, second]) {
      expect(log.named('store_unavailable')).toHaveLength(1)
      expect(log.named('store_available')).toHaveLength(2)
    }
    expect(await metric(first, 'mcp_on_behalf_of_store_available')).toMatch(/ 1$/)
  },
)

test('servers start and serve without a Redis, and use it once it is there', async () => {
  const { first, second, redis, issuer, mint } = await startFleet({ redisIsThere: false })
  expect((await greetBy(first, await mint())).status).toBe(200)
  await redis.restart()
  await untilLogged([first, second], 'store_available')
  const token = await mint({ sub: 'auth0|later' })
  await greetBy(first, token)
  await greetBy(second, token)
  expect(issuer.tokenRequests).toHaveLength(2)
})

test('a Redis whose memory is full costs no call and opens no door', async () => {
  const fleet = await startFleet({ redisArgs: ['--maxmemory', '1'] })
  const { first, second, mint } = fleet
  const token = await mint()
  for (const server of [first, second]) expect((await greetBy(server, token)).status).toBe(200)
  const call = await provedCall(fleet)
  // One that meets a machine that is busy may find the store unavailable for a second.
  await vi.waitUntil(
    async () => {
      expect((await call(first)).status).toBe(503)
      return first.log.named('store_refuses').length === 1
    },
    { timeout: 60_000 },
  )
})

test('with STORE_OUTAGE=local, a proof is good once in each instance while there is no Redis', async () => {
  const fleet = await startFleet({ environment: { STORE_OUTAGE: 'local' } })
  const { first, second, redis, mint } = fleet
  await redis.kill()
  const key = await createDpopKey()
  const token = await mint({ cnf: { jkt: key.thumbprint } })
  const request = { method: 'POST', url: PUBLIC_URL, nowSeconds: Math.floor(Date.now() / 1_000) }
  const headers = { Authorization: `DPoP ${token}`, DPoP: await key.prove(token, request) }
  const statuses: number[] = []
  for (const server of [first, first, second, second]) {
    statuses.push((await postTo(server, callTool('whoami'), { headers })).status)
  }
  expect(statuses).toEqual([200, 400, 200, 400])
})
