import { describe, expect, test } from 'vitest'
import type { FailureCode } from '../../../src/failures/errors.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import {
  ResilientExchanger,
  type ResilientExchangerOptions,
} from '../../../src/exchange/resilient-exchanger.js'
import type { TokenExchanger } from '../../../src/exchange/token-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  HeldExchanger,
  requestOf,
  revealed,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { failureOf } from '../outcomes.js'

function setUp(options: ResilientExchangerOptions = {}) {
  const inner = new HeldExchanger()
  const time = new ManualClock()
  const log = new RecordingLog()
  const over = (exchanger: TokenExchanger) =>
    new ResilientExchanger(exchanger, {
      ...{ clock: time.clock, timers: time.timers, random: () => 0.5, log },
      ...options,
    })
  const resilient = over(inner)
  const exchange = (changes: RequestChanges = {}, signal?: AbortSignal) =>
    resilient.exchange(requestOf(changes), signal === undefined ? {} : { signal })
  /** Begins an exchange whose end does not matter. */
  const begin = (): Promise<void> => {
    exchange().catch(() => undefined)
    return settled()
  }
  return { inner, time, log, over, exchange, begin }
}

const unavailable = (reason: string): OnBehalfOfError =>
  new OnBehalfOfError('exchange_unavailable', { reason })

const answer = exchangedOf('exchanged')

describe('one try', () => {
  test('is handed on as it is, request and refused token included', async () => {
    const { inner, over } = setUp()
    const request = requestOf()
    const replacing = new Secret('refused')
    const outcome = over(inner).exchange(request, { replacing })
    await settled()
    expect(inner.at(0).request).toBe(request)
    expect(inner.at(0).options.replacing).toBe(replacing)
    inner.at(0).outcome.resolve(answer)
    expect(await outcome).toBe(answer)
  })

  test('leaves no timer behind', async () => {
    const { inner, time, exchange } = setUp()
    const outcome = exchange()
    await settled()
    inner.at(0).outcome.resolve(answer)
    await outcome
    expect(time.pending).toBe(0)
  })

  test.each<[FailureCode, string | undefined]>([
    ['reauthentication_required', 'status_400'],
    ['downstream_scope_denied', 'status_403'],
    ['consent_required', 'status_403'],
    ['mfa_required', 'status_403'],
    ['exchange_misconfigured', 'status_401'],
    ['exchange_misconfigured', 'status_302'],
    ['exchange_rejected', 'audience'],
    ['exchange_unavailable', 'rate_limited'],
    ['exchange_unavailable', 'timed_out'],
    ['exchange_unavailable', 'nonsense'],
    ['exchange_unavailable', 'metadata_unavailable'],
    ['exchange_unavailable', 'keys_unavailable'],
    ['internal_error', undefined],
  ])('that ends with %s (%s) is the only one', async (code, reason) => {
    const { inner, time, exchange } = setUp()
    const failure = new OnBehalfOfError(code, reason === undefined ? {} : { reason })
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(failure)
    expect(await outcome).toBe(failure)
    expect(inner.exchanges).toHaveLength(1)
    expect(time.pending).toBe(0)
  })

  test('that ends with an error of somebody else is an internal one', async () => {
    const { inner, exchange } = setUp()
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(new TypeError('a fault'))
    expect((await outcome).code).toBe('internal_error')
    expect(inner.exchanges).toHaveLength(1)
  })
})

describe('a second try', () => {
  test.each(['unreachable', 'status_500', 'status_502', 'status_503', 'status_599'])(
    'is made after %s, and its token is the answer',
    async (reason) => {
      const { inner, time, log, exchange } = setUp()
      const outcome = exchange()
      await settled()
      inner.at(0).outcome.reject(unavailable(reason))
      await time.advance(199)
      expect(inner.exchanges).toHaveLength(1)
      await time.advance(1)
      expect(inner.exchanges).toHaveLength(2)
      inner.at(1).outcome.resolve(answer)
      expect(await outcome).toBe(answer)
      expect(log.named('exchange_retried').map(({ fields }) => fields)).toEqual([{ reason }])
      expect(time.pending).toBe(0)
    },
  )

  test.each([
    [0, 100],
    [0.5, 200],
    [0.999, 300],
  ])('comes after a pause that chance decides: %d gives %i ms', async (chance, pauseMs) => {
    const { inner, time, begin } = setUp({ random: () => chance })
    await begin()
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(pauseMs - 1)
    expect(inner.exchanges).toHaveLength(1)
    await time.advance(1)
    expect(inner.exchanges).toHaveLength(2)
  })

  test('is the last one', async () => {
    const { inner, time, exchange } = setUp()
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(200)
    const last = unavailable('status_503')
    inner.at(1).outcome.reject(last)
    expect(await outcome).toBe(last)
    await time.advance(60_000)
    expect(inner.exchanges).toHaveLength(2)
  })

  test('is not made for a caller that left during the pause', async () => {
    const { inner, time, exchange } = setUp()
    const leaving = new AbortController()
    const outcome = failureOf(exchange({}, leaving.signal))
    await settled()
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(50)
    leaving.abort(new Error('left'))
    expect((await outcome).code).toBe('cancelled')
    await time.advance(60_000)
    expect(inner.exchanges).toHaveLength(1)
    expect(time.pending).toBe(0)
  })
})

describe('the deadline', () => {
  const timedOut = async (outcome: Promise<OnBehalfOfError>) => {
    const { code, details } = await outcome
    return [code, details.reason, details.retryAfterSeconds]
  }
  const EXPECTED = ['exchange_unavailable', 'timed_out', 5]

  /** Moves on to the deadline and beyond; what has not ended by then never will. */
  const passed = async (time: ManualClock, outcome: Promise<OnBehalfOfError>) => {
    const ended: OnBehalfOfError[] = []
    void outcome.then((error) => ended.push(error))
    await time.advance(999)
    expect(ended).toEqual([])
    await time.advance(1)
    expect(ended).toHaveLength(1)
  }

  test('aborts the try under way, and says when to come back', async () => {
    const { inner, time, exchange } = setUp({ timeoutMs: 1_000 })
    const outcome = failureOf(exchange())
    await settled()
    const { signal } = inner.at(0).options
    signal?.addEventListener('abort', () => {
      inner.at(0).outcome.reject(new Error('aborted'))
    })
    await passed(time, outcome)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
    expect(inner.exchanges).toHaveLength(1)
  })

  test('holds also for an exchanger that does not listen', async () => {
    const { time, exchange } = setUp({ timeoutMs: 1_000 })
    const outcome = failureOf(exchange())
    await passed(time, outcome)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
  })

  test('spans both tries and the pause', async () => {
    const { inner, time, exchange } = setUp({ timeoutMs: 1_000 })
    const outcome = failureOf(exchange())
    await settled()
    await time.advance(500)
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(200)
    expect(inner.exchanges).toHaveLength(2)
    inner.at(1).options.signal?.addEventListener('abort', () => {
      inner.at(1).outcome.reject(new Error('aborted'))
    })
    await time.advance(300)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
  })

  test('ends a pause, and no second try is made', async () => {
    const { inner, time, exchange } = setUp({ timeoutMs: 1_000 })
    const outcome = failureOf(exchange())
    await settled()
    await time.advance(900)
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(100)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
    await time.advance(60_000)
    expect(inner.exchanges).toHaveLength(1)
  })

  test('spans the wait for a turn', async () => {
    const { inner, time, exchange, begin } = setUp({ timeoutMs: 1_000, ratePerSecond: 0.1 })
    await begin()
    const outcome = failureOf(exchange({ caller: { subject: 'auth0|bob' } }))
    await passed(time, outcome)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
    expect(inner.exchanges).toHaveLength(1)
  })

  test('is 5 seconds unless told otherwise, as that of an adapter', async () => {
    const { inner, time, begin } = setUp()
    await begin()
    await time.advance(4_999)
    expect(inner.at(0).options.signal?.aborted).toBe(false)
    await time.advance(1)
    expect(inner.at(0).options.signal?.aborted).toBe(true)
  })
})

describe('a caller that leaves', () => {
  test('aborts its exchange and gets its own reason', async () => {
    const { inner, exchange } = setUp()
    const leaving = new AbortController()
    const outcome = failureOf(exchange({}, leaving.signal))
    await settled()
    const why = new Error('left')
    leaving.abort(why)
    expect(inner.at(0).options.signal?.aborted).toBe(true)
    inner.at(0).outcome.reject(new Error('aborted'))
    const { code, cause } = await outcome
    expect([code, cause]).toEqual(['cancelled', why])
    expect(inner.exchanges).toHaveLength(1)
  })

  test('while it waits for its turn takes none', async () => {
    const { inner, time, exchange, begin } = setUp({ ratePerSecond: 1 })
    await begin()
    const leaving = new AbortController()
    const outcome = failureOf(exchange({}, leaving.signal))
    await settled()
    leaving.abort(new Error('left'))
    expect((await outcome).code).toBe('cancelled')
    await time.advance(5_000)
    expect(inner.exchanges).toHaveLength(1)
  })
})

test('the token of one caller never answers another', async () => {
  const { inner, exchange } = setUp()
  const users = ['alice', 'bob', 'carol']
  const outcomes = users.map((subject) => exchange({ caller: { subject } }))
  await settled()
  for (const { request, outcome } of [...inner.exchanges].reverse()) {
    outcome.resolve(exchangedOf(`for ${request.caller.subject}`))
  }
  expect((await Promise.all(outcomes)).map(revealed)).toEqual(users.map((user) => `for ${user}`))
})
