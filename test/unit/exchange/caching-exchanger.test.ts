import { describe, expect, test } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache, type TokenCache } from '../../../src/exchange/token-cache.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import { exchangedOf, HeldExchanger, requestOf, revealed } from '../../helpers/exchange-requests.js'
import { deferred, failureOf } from '../outcomes.js'

function setUp(cache: TokenCache = createMemoryTokenCache()) {
  const inner = new HeldExchanger()
  const time = new ManualClock()
  const exchanger = createCachingExchanger(inner, {
    cache,
    clientId: 'mcp-server',
    subjectTokenType: 'urn:example',
    clock: time.clock,
  })
  return { inner, time, exchanger }
}

const answer = exchangedOf('exchanged')

describe('many callers with one token', () => {
  test('a hundred at once cause one exchange and get its token', async () => {
    const { inner, exchanger } = setUp()
    const calls = Array.from({ length: 100 }, () => exchanger.exchange(requestOf()))
    await settled()
    expect(inner.exchanges).toHaveLength(1)
    inner.at(0).outcome.resolve(answer)
    const tokens = (await Promise.all(calls)).map(revealed)
    expect(new Set(tokens)).toEqual(new Set(['exchanged']))
    expect(tokens).toHaveLength(100)
  })

  test('who comes later is answered from the cache', async () => {
    const { inner, exchanger } = setUp()
    const first = exchanger.exchange(requestOf())
    await settled()
    inner.at(0).outcome.resolve(answer)
    await first
    expect(await exchanger.exchange(requestOf())).toBe(answer)
    expect(inner.exchanges).toHaveLength(1)
  })

  test.each([
    ['another subject token', { subjectToken: 'another' }],
    ['another audience', { audience: 'https://other.example/' }],
    ['other scopes', { scopes: ['read:private', 'write:private'] }],
    ['another organization', { caller: { organization: 'org_one' } }],
    ['another issuer', { caller: { issuer: 'https://other.example/' } }],
  ])('%s is another exchange', async (_, changes) => {
    const { inner, exchanger } = setUp()
    const calls = [exchanger.exchange(requestOf()), exchanger.exchange(requestOf(changes))]
    await settled()
    expect(inner.exchanges).toHaveLength(2)
    inner.at(0).outcome.resolve(answer)
    inner.at(1).outcome.resolve(exchangedOf('other'))
    expect((await Promise.all(calls)).map(revealed)).toEqual(['exchanged', 'other'])
  })

  test('many callers with one token fail together where the exchange fails, and the next one tries anew', async () => {
    const { inner, exchanger } = setUp()
    const calls = Array.from({ length: 3 }, () => failureOf(exchanger.exchange(requestOf())))
    await settled()
    inner.at(0).outcome.reject(new OnBehalfOfError('exchange_unavailable'))
    const failures = await Promise.all(calls)
    expect(failures.map(({ code }) => code)).toEqual(Array(3).fill('exchange_unavailable'))
    const next = exchanger.exchange(requestOf())
    await settled()
    inner.at(1).outcome.resolve(answer)
    expect(await next).toBe(answer)
  })

  test('many callers with one token meet an error that is not ours as an internal one', async () => {
    const { inner, exchanger } = setUp()
    const call = failureOf(exchanger.exchange(requestOf()))
    await settled()
    inner.at(0).outcome.reject(new RangeError('a fault'))
    expect((await call).code).toBe('internal_error')
  })
})

describe('a caller that leaves', () => {
  test('a caller that leaves as the first one leaves the exchange to the others, and gets no token', async () => {
    const { inner, exchanger } = setUp()
    const leader = new AbortController()
    const led = failureOf(exchanger.exchange(requestOf(), { signal: leader.signal }))
    const others = Array.from({ length: 5 }, () => exchanger.exchange(requestOf()))
    await settled()
    leader.abort(new Error('gone'))
    expect((await led).code).toBe('cancelled')
    inner.at(0).outcome.resolve(answer)
    expect((await Promise.all(others)).map(revealed)).toEqual(Array(5).fill('exchanged'))
    expect(inner.exchanges).toHaveLength(1)
  })

  test('a caller that leaves hands its signal to nobody', async () => {
    const { inner, exchanger } = setUp()
    const { signal } = new AbortController()
    const call = exchanger.exchange(requestOf(), { signal })
    await settled()
    expect(inner.at(0).options.signal).toBeUndefined()
    inner.at(0).outcome.resolve(answer)
    await call
  })

  test('a caller that leaves alone leaves an exchange that still serves the next', async () => {
    const { inner, exchanger } = setUp()
    const only = new AbortController()
    const call = failureOf(exchanger.exchange(requestOf(), { signal: only.signal }))
    await settled()
    only.abort()
    await call
    inner.at(0).outcome.resolve(answer)
    await settled()
    expect(await exchanger.exchange(requestOf())).toBe(answer)
    expect(inner.exchanges).toHaveLength(1)
  })

  test('a caller that leaves leaves a failure behind that breaks nothing', async () => {
    const { inner, exchanger } = setUp()
    const only = new AbortController()
    const call = failureOf(exchanger.exchange(requestOf(), { signal: only.signal }))
    await settled()
    only.abort()
    await call
    inner.at(0).outcome.reject(new OnBehalfOfError('exchange_unavailable'))
    await settled()
    expect(inner.exchanges).toHaveLength(1)
  })

  test('a caller that leaves before it has come gets nothing, also where a token is at hand', async () => {
    const { inner, exchanger } = setUp()
    const first = exchanger.exchange(requestOf())
    await settled()
    inner.at(0).outcome.resolve(answer)
    await first
    const signal = AbortSignal.abort(new Error('gone'))
    expect((await failureOf(exchanger.exchange(requestOf(), { signal }))).code).toBe('cancelled')
  })

  test('a caller that leaves while the cache is asked gets no token from it', async () => {
    const memory = createMemoryTokenCache()
    const gate = deferred()
    const asked = deferred()
    let slow = false
    const { inner, exchanger } = setUp({
      ...memory,
      get: async (key) => {
        if (slow) {
          asked.resolve()
          await gate.promise
        }
        return memory.get(key)
      },
    })
    const first = exchanger.exchange(requestOf())
    await settled()
    inner.at(0).outcome.resolve(answer)
    await first
    slow = true
    const leaving = new AbortController()
    const call = failureOf(exchanger.exchange(requestOf(), { signal: leaving.signal }))
    await asked.promise
    leaving.abort(new Error('gone'))
    gate.resolve()
    expect((await call).code).toBe('cancelled')
  })

  test('a caller that leaves in the moment in which the token arrives gets none', async () => {
    const { inner, exchanger } = setUp()
    const leaving = new AbortController()
    const call = exchanger.exchange(requestOf(), { signal: leaving.signal })
    await settled()
    inner.at(0).outcome.resolve(answer)
    leaving.abort(new Error('gone'))
    expect((await failureOf(call)).code).toBe('cancelled')
  })

  test('a caller that leaves is told why as the cause', async () => {
    const { exchanger } = setUp()
    const leaving = new AbortController()
    const call = failureOf(exchanger.exchange(requestOf(), { signal: leaving.signal }))
    await settled()
    const why = new Error('gone')
    leaving.abort(why)
    expect((await call).cause).toBe(why)
  })
})
