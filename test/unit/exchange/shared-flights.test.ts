import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { StoreUnavailableError } from '../../../src/store/store.js'
import { settled } from '../../helpers/exchange-clock.js'
import { exchangedOf, requestOf, revealed } from '../../helpers/exchange-requests.js'
import { deferred, failureOf } from '../outcomes.js'
import { LEASE_MS, sharingProcesses } from './shared-processes.js'

const unavailable = new StoreUnavailableError('gone')

/** One process exchanges, and the other waits for it. */
async function waiting() {
  const both = sharingProcesses()
  const first = both.one.exchanger.exchange(requestOf())
  await settled()
  const second = both.other.exchanger.exchange(requestOf())
  await settled()
  expect(both.one.inner.exchanges).toHaveLength(1)
  expect(both.other.inner.exchanges).toHaveLength(0)
  return { ...both, first, second }
}

describe('an exchange that two processes want at once', () => {
  test('is made by one of them, and the other gets its token', async () => {
    const { time, one, other } = sharingProcesses()
    const sources: string[] = []
    const calls = [one, other].map(({ exchanger }) =>
      exchanger.exchange(requestOf(), { onSource: (source) => sources.push(source) }),
    )
    await time.advance(1_000)
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    await time.advance(200)
    expect((await Promise.all(calls)).map(revealed)).toEqual(['made', 'made'])
    expect(other.inner.exchanges).toHaveLength(0)
    expect(sources).toEqual(['new', 'joined'])
  })

  test('is made once where one gets the lock after the other has kept its token', async () => {
    const { one, other } = sharingProcesses()
    const gate = deferred<undefined>()
    other.counted.before = (command) => {
      if (command === 'run') other.counted.before = () => gate.promise
      return command === 'run' ? gate.promise : undefined
    }
    const second = other.exchanger.exchange(requestOf())
    await settled()
    const first = one.exchanger.exchange(requestOf())
    await settled()
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    await first
    await settled()
    gate.resolve(undefined)
    expect(revealed(await second)).toBe('made')
    expect(other.inner.exchanges).toHaveLength(0)
    expect(other.counted.commands.at(-1)).toBe('run x:')
  })

  test('is made by the other as soon as the first is refused, and each process keeps its own refusal', async () => {
    const { time, one, other, first, second } = await waiting()
    one.inner.at(0).outcome.reject(new OnBehalfOfError('access_denied'))
    expect(await failureOf(first)).toMatchObject({ code: 'access_denied' })
    await time.advance(200)
    other.inner.at(0).outcome.resolve(exchangedOf('of the other'))
    expect(revealed(await second)).toBe('of the other')
  })

  test('is made by the other when the lock of one that has died ends, and not before', async () => {
    const { time, other, second } = await waiting()
    await time.advance(LEASE_MS - 1)
    expect(other.inner.exchanges).toHaveLength(0)
    await time.advance(1)
    other.inner.at(0).outcome.resolve(exchangedOf('of the other'))
    expect(revealed(await second)).toBe('of the other')
  })

  test('is made by the other at once where the lock lasts longer than a lease: it may be that of nobody', async () => {
    const { process, other } = sharingProcesses()
    void process({ leaseMs: 10 * LEASE_MS }).exchanger.exchange(requestOf())
    await settled()
    void other.exchanger.exchange(requestOf())
    await settled()
    expect(other.inner.exchanges).toHaveLength(1)
  })

  test('is made by both where its token cannot be kept', async () => {
    const { time, one, other, first } = await waiting()
    one.inner.at(0).outcome.resolve(exchangedOf('brief', { expiresAtSeconds: undefined }))
    await first
    await time.advance(200)
    expect(other.inner.exchanges).toHaveLength(1)
  })

  test('holds up nobody who wants another one', async () => {
    const { one, other } = sharingProcesses()
    void one.exchanger.exchange(requestOf())
    void other.exchanger.exchange(requestOf({ subjectToken: 'another' }))
    await settled()
    expect(one.inner.exchanges).toHaveLength(1)
    expect(other.inner.exchanges).toHaveLength(1)
  })

  test('lets go a caller who leaves while the other process is at it', async () => {
    const { one, other } = sharingProcesses()
    void one.exchanger.exchange(requestOf())
    await settled()
    const leaving = new AbortController()
    const left = failureOf(other.exchanger.exchange(requestOf(), { signal: leaving.signal }))
    await settled()
    leaving.abort()
    expect(await left).toMatchObject({ code: 'cancelled' })
  })
})

describe('a store that fails', () => {
  test.each([
    ['cannot be had', unavailable, 0],
    ['fails in another way', new TypeError('broken'), 2],
  ])('when it is asked for the lock holds nobody up: it %s', async (_, error, lines) => {
    const { log, one, other } = sharingProcesses()
    for (const { counted, exchanger } of [one, other]) {
      counted.before = (command) => {
        if (command === 'run') throw error
      }
      void exchanger.exchange(requestOf())
    }
    await settled()
    expect(one.inner.exchanges).toHaveLength(1)
    expect(other.inner.exchanges).toHaveLength(1)
    expect(log.named('token_cache_failed')).toHaveLength(lines)
  })

  test('while one process waits for the other ends the wait', async () => {
    const { time, other } = await waiting()
    other.counted.before = () => {
      throw unavailable
    }
    await time.advance(25)
    expect(other.inner.exchanges).toHaveLength(1)
  })

  test('when the lock is given back costs nobody a token', async () => {
    const { time, one, other, first, second } = await waiting()
    one.counted.before = (command) => {
      if (command === 'run') throw unavailable
    }
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    await time.advance(200)
    expect((await Promise.all([first, second])).map(revealed)).toEqual(['made', 'made'])
    expect(other.inner.exchanges).toHaveLength(0)
  })
})

test('a lock that has ended is not given back in place of that of another process', async () => {
  const { time, process, one, other, first } = await waiting()
  await time.advance(LEASE_MS)
  expect(other.inner.exchanges).toHaveLength(1)
  const third = process()
  void third.exchanger.exchange(requestOf())
  await time.advance(10)
  expect(third.inner.exchanges).toHaveLength(1)
  one.inner.at(0).outcome.reject(new OnBehalfOfError('access_denied'))
  await failureOf(first)
  const fourth = process()
  void fourth.exchanger.exchange(requestOf())
  await time.advance(10)
  expect(fourth.inner.exchanges).toHaveLength(0)
})

describe('what the store is asked', () => {
  test('nothing where this process has the token', async () => {
    const { one } = sharingProcesses()
    const made = one.exchanger.exchange(requestOf())
    await settled()
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    await made
    await settled()
    one.counted.commands.length = 0
    for (let call = 0; call < 10; call += 1) await one.exchanger.exchange(requestOf())
    expect(one.counted.commands).toEqual([])
  })

  test('once for a token that another process has made', async () => {
    const { one, other } = sharingProcesses()
    const made = one.exchanger.exchange(requestOf())
    await settled()
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    await made
    await settled()
    expect(revealed(await other.exchanger.exchange(requestOf()))).toBe('made')
    expect(other.counted.commands).toEqual(['get t:'])
  })

  test('twice in a row before a new exchange, and nothing that its caller waits for after it', async () => {
    const { one } = sharingProcesses()
    let rounds = 0
    let isCounted = false
    one.counted.before = () => {
      if (isCounted) return
      isCounted = true
      rounds += 1
      setImmediate(() => (isCounted = false))
      return settled()
    }
    const made = one.exchanger.exchange(requestOf())
    while (one.inner.exchanges.length === 0) await settled()
    expect(one.counted.commands).toEqual(['get t:', 'run x:', 'get t:'])
    expect(rounds).toBe(2)
    one.counted.before = () => new Promise(() => undefined)
    one.inner.at(0).outcome.resolve(exchangedOf('made'))
    expect(revealed(await made)).toBe('made')
  })
})
