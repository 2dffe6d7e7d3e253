import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Secret } from '../../src/secret.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import { toolAnswer } from '../helpers/tool-answer.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { startRedis } from './helpers/redis-server.js'
import { startCluster, startSentinel, startTlsRedis } from './helpers/redis-topologies.js'
import { greetBy, startFleet, untilLogged } from './helpers/start-fleet.js'
import { untilReady } from './helpers/until-ready.js'

/** One token is exchanged once for both instances, which want it at once. */
async function expectOneExchange(fleet: Awaited<ReturnType<typeof startFleet>>, subject: string) {
  const { first, second, issuer, mint } = fleet
  const before = issuer.tokenRequests.length
  const token = await mint({ sub: subject })
  const answers = await Promise.all([first, second].map((server) => greetBy(server, token)))
  expect(answers.map(({ isError }) => isError)).toEqual([false, false])
  expect(issuer.tokenRequests).toHaveLength(before + 1)
}

test('instances share a Redis that speaks TLS, by rediss:// and CA_CERTIFICATES', async () => {
  const { port, ca } = await startTlsRedis()
  const environment = { STORE_URL: `rediss://localhost:${port}`, CA_CERTIFICATES: ca }
  await expectOneExchange(await startFleet({ environment }), 'auth0|alice')
})

test('instances share what a sentinel names, with both passwords, and go on with another when it has died', async () => {
  const { sentinelPort, password, sentinelPassword, main } = await startSentinel()
  const environment = {
    STORE_URL: `redis+sentinel://127.0.0.1:${sentinelPort}/main`,
    STORE_PASSWORD: password,
    STORE_SENTINEL_PASSWORD: sentinelPassword,
  }
  const fleet = await startFleet({ environment })
  const { first, second, mint } = fleet
  await expectOneExchange(fleet, 'auth0|alice')
  await main.kill()
  const meanwhile = await Promise.all(
    [first, second].map(async (server) => greetBy(server, await mint({ sub: 'auth0|meanwhile' }))),
  )
  expect(meanwhile.map(({ isError }) => isError)).toEqual([false, false])
  await untilLogged([first, second], 'store_available', 2)
  await expectOneExchange(fleet, 'auth0|bob')
})

test('instances share a cluster', async () => {
  const ports = await startCluster()
  const nodes = ports.map((port) => `127.0.0.1:${port}`).join(',')
  const fleet = await startFleet({ environment: { STORE_URL: `redis+cluster://${nodes}` } })
  for (let user = 0; user < 5; user += 1) await expectOneExchange(fleet, `auth0|${user}`)
})

test('a server of the library shares by a client of ioredis', async () => {
  const { path } = await startRedis()
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  }
  const store = await untilReady(
    createRedisStore({ client: new Redis({ path, ...options }), timeoutMs: 5_000 }),
  )
  onTestFinished(() => store.close())
  const keys = [new Secret('k'.repeat(32))]
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    tools: [
      {
        name: 'greet',
        requiredScopes: ['tool:greet'],
        downstream: { api: 'api', scopes: ['read:private'] },
      },
    ],
    handlers: { greet: () => 'Hello' },
    options: { shared: { store, keys, instances: 2 } },
  })
  const token = await server.mint()
  for (let call = 0; call < 3; call += 1) {
    expect(toolAnswer(await postMcp(server.endpoint, callTool('greet'), { token })).isError).toBe(
      false,
    )
  }
  expect(server.issuer.tokenRequests).toHaveLength(1)
  const thief = new Redis({ path })
  onTestFinished(() => {
    thief.disconnect()
  })
  await vi.waitUntil(async () => (await thief.keys('mcp-obo:t:*')).length === 1, {
    timeout: 60_000,
  })
})
