import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCachingExchanger } from '../../src/exchange/caching-exchanger.js'
import { createSharedTokenCache } from '../../src/exchange/shared-token-cache.js'
import type { TokenExchanger } from '../../src/exchange/token-exchanger.js'
import { Secret } from '../../src/secret.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import {
  exchangedOf,
  HeldExchanger,
  PromptExchanger,
  requestOf,
  revealed,
} from '../helpers/exchange-requests.js'
import { deferred } from '../unit/outcomes.js'
import { CLIENTS } from './helpers/redis-clients.js'
import { startRedis } from './helpers/redis-server.js'
import { untilReady } from './helpers/until-ready.js'
import { greetBy, startFleet, untilLogged, type Fleet } from './helpers/start-fleet.js'

/** The authorization server keeps its answers until `answer` is called; `asked` resolves with the first request. */
function held({ issuer }: Fleet) {
  const [asked, gate] = [deferred<undefined>(), deferred<undefined>()]
  const respond = issuer.tokenResponder
  issuer.tokenResponder = async (request, res) => {
    asked.resolve(undefined)
    await gate.promise
    await respond(request, res)
  }
  return {
    asked: asked.promise,
    answer: () => {
      gate.resolve(undefined)
    },
  }
}

test('the first calls of a token at all instances at once make one exchange', async () => {
  const fleet = await startFleet()
  const { first, second, issuer, mint } = fleet
  for (let user = 0; user < 5; user += 1) {
    const token = await mint({ sub: `auth0|${user}` })
    const calls = [first, second, first, second, first, second]
    const answers = await Promise.all(calls.map((server) => greetBy(server, token)))
    expect(answers.map(({ isError }) => isError)).toEqual(calls.map(() => false))
  }
  expect(issuer.tokenRequests).toHaveLength(5)
})

describe.each(Object.entries(CLIENTS))('two processes with the package %s', (_, clientOf) => {
  async function started(leaseMs?: number) {
    const redis = await startRedis()
    const process = async (inner: TokenExchanger) => {
      const store = createRedisStore({ client: clientOf(redis.path), timeoutMs: 5_000 })
      onTestFinished(() => store.close())
      await untilReady(store)
      const cache = createSharedTokenCache({ store, keys: [new Secret('k'.repeat(32))] })
      const client = { clientId: 'mcp-server', subjectTokenType: 'urn:example' }
      return createCachingExchanger(inner, { cache, leaseMs, ...client })
    }
    return { process }
  }

  test('make one exchange together', async () => {
    const { process } = await started()
    const inner = new HeldExchanger()
    const both = [await process(inner), await process(inner)]
    const calls = both.map((exchanger) => exchanger.exchange(requestOf()))
    await vi.waitUntil(() => inner.exchanges.length > 0, { timeout: 60_000 })
    inner.at(0).outcome.resolve(exchangedOf('made'))
    expect((await Promise.all(calls)).map(revealed)).toEqual(['made', 'made'])
    expect(inner.exchanges).toHaveLength(1)
  })

  test('the one goes on when the other has died in the middle of an exchange', async () => {
    const { process } = await started(300)
    const dead = new HeldExchanger()
    void (await process(dead)).exchange(requestOf())
    await vi.waitUntil(() => dead.exchanges.length > 0, { timeout: 60_000 })
    const alive = await process(new PromptExchanger())
    expect(revealed(await alive.exchange(requestOf()))).toBe('exchanged-1')
  })
})

test.each([
  [
    'frozen',
    ({ redis }: Fleet): Promise<void> => {
      redis.freeze()
      return Promise.resolve()
    },
  ],
  ['killed', ({ redis }: Fleet) => redis.kill()],
])('an instance that waits for the other goes on when the Redis is %s', async (_, lose) => {
  const fleet = await startFleet()
  const { first, second, issuer, mint } = fleet
  const token = await mint()
  const { asked, answer } = held(fleet)
  const calls = [greetBy(first, token)]
  await asked
  calls.push(greetBy(second, token))
  await lose(fleet)
  await untilLogged([second], 'store_unavailable')
  answer()
  expect((await Promise.all(calls)).map(({ isError }) => isError)).toEqual([false, false])
  expect(issuer.tokenRequests).toHaveLength(2)
})

test('an exchange that is refused is not waited for any longer, and each instance is refused itself', async () => {
  const fleet = await startFleet()
  const { first, second, issuer, mint } = fleet
  issuer.tokenResponder = (_request, res) => {
    res.writeHead(400, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ error: 'invalid_grant', error_description: 'no' }))
  }
  const token = await mint()
  const answers = await Promise.all([greetBy(first, token), greetBy(second, token)])
  expect(answers.map(({ status }) => status)).toEqual([401, 401])
  expect(issuer.tokenRequests).toHaveLength(2)
})
