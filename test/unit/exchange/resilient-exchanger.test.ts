import { describe, expect, test } from 'vitest'
import type { FailureCode } from '../../../src/failures/errors.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { exchangeFailure } from '../../../src/exchange/exchange-failure.js'
import { rejected } from '../../../src/exchange/rejection.js'
import {
  createResilientExchanger,
  type ResilientExchangerOptions,
} from '../../../src/exchange/resilient-exchanger.js'
import type { TokenExchanger } from '../../../src/exchange/token-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  HeldExchanger,
  NOW_SECONDS,
  requestOf,
  revealed,
  unavailable,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { failureOf } from '../outcomes.js'

function setUp(options: ResilientExchangerOptions = {}) {
  const inner = new HeldExchanger()
  const time = new ManualClock()
  const log = new RecordingLog()
  const over = (exchanger: TokenExchanger) =>
    createResilientExchanger(exchanger, {
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

const NO_DIFFERENCE = { of: 'Audience', expected: 'a', received: 'b' }
const NO_KEYS = new OnBehalfOfError('exchange_unavailable', { reason: 'keys_unavailable' })

const answer = exchangedOf('exchanged')

describe('one try', () => {
  test('one try is handed on as it is, request and refused token included', async () => {
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

  test('one try leaves no timer behind', async () => {
    const { inner, time, exchange } = setUp()
    const outcome = exchange()
    await settled()
    inner.at(0).outcome.resolve(answer)
    await outcome
    expect(time.pending).toBe(0)
  })

  const answered = (status: number, error?: string): OnBehalfOfError =>
    exchangeFailure(
      { status, ...(error === undefined ? {} : { error }) },
      { clock: () => NOW_SECONDS * 1_000 },
    )

  test.each<[FailureCode, string, OnBehalfOfError]>([
    ['reauthentication_required', 'status 400', answered(400, 'invalid_grant')],
    ['downstream_scope_denied', 'status 403', answered(403, 'invalid_scope')],
    ['consent_required', 'status 403', answered(403, 'consent_required')],
    ['mfa_required', 'status 403', answered(403, 'mfa_required')],
    ['exchange_misconfigured', 'status 401', answered(401, 'invalid_client')],
    ['exchange_misconfigured', 'status 302', answered(302)],
    ['exchange_rejected', 'audience', rejected('audience', NO_DIFFERENCE)],
    ['exchange_unavailable', 'status 400', answered(400, 'temporarily_unavailable')],
    ['exchange_unavailable', 'status 429', answered(429)],
    ['exchange_unavailable', 'timed_out', unavailable('timed_out')],
    ['exchange_unavailable', 'nonsense', unavailable('nonsense')],
    ['exchange_unavailable', 'metadata_unavailable', unavailable('metadata_unavailable')],
    ['exchange_unavailable', 'keys_unavailable', NO_KEYS],
    ['internal_error', 'no reason', new OnBehalfOfError('internal_error')],
  ])('one try that ends with %s (%s) is the only one', async (code, _why, failure) => {
    expect(failure.code).toBe(code)
    const { inner, time, exchange } = setUp()
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(failure)
    expect(await outcome).toBe(failure)
    expect(inner.exchanges).toHaveLength(1)
    expect(time.pending).toBe(0)
  })

  test('one try that ends with an error of somebody else is an internal one', async () => {
    const { inner, exchange } = setUp()
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(new TypeError('a fault'))
    expect((await outcome).code).toBe('internal_error')
    expect(inner.exchanges).toHaveLength(1)
  })
})

describe('a second try', () => {
  test.each(['unreachable', 'connection_lost', 500, 502, 503, 599] as const)(
    'a second try is made after %s, and its token is the answer',
    async (what) => {
      const { inner, time, log, exchange } = setUp()
      const outcome = exchange()
      await settled()
      inner.at(0).outcome.reject(unavailable(what))
      await time.advance(199)
      expect(inner.exchanges).toHaveLength(1)
      await time.advance(1)
      expect(inner.exchanges).toHaveLength(2)
      inner.at(1).outcome.resolve(answer)
      expect(await outcome).toBe(answer)
      expect(log.named('exchange_retried').map(({ fields }) => fields)).toEqual([
        typeof what === 'number'
          ? { reason: 'unexpected_status', status: what }
          : { reason: what, status: undefined },
      ])
      expect(time.pending).toBe(0)
    },
  )

  test.each([
    [0, 100],
    [0.5, 200],
    [0.999, 300],
  ])('a second try comes after a random pause: %d gives %i ms', async (chance, pauseMs) => {
    const { inner, time, begin } = setUp({ random: () => chance })
    await begin()
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(pauseMs - 1)
    expect(inner.exchanges).toHaveLength(1)
    await time.advance(1)
    expect(inner.exchanges).toHaveLength(2)
  })

  test('a second try is the last one', async () => {
    const { inner, time, exchange } = setUp()
    const outcome = failureOf(exchange())
    await settled()
    inner.at(0).outcome.reject(unavailable('unreachable'))
    await time.advance(200)
    const last = unavailable(503)
    inner.at(1).outcome.reject(last)
    expect(await outcome).toBe(last)
    await time.advance(60_000)
    expect(inner.exchanges).toHaveLength(2)
  })

  test('a second try is not made for a caller that left during the pause', async () => {
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

  test('the deadline aborts the try under way, and says when to come back', async () => {
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

  test('the deadline holds also for an exchanger that does not listen', async () => {
    const { time, exchange } = setUp({ timeoutMs: 1_000 })
    const outcome = failureOf(exchange())
    await passed(time, outcome)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
  })

  test('the deadline spans both tries and the pause', async () => {
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

  test('the deadline ends a pause, and no second try is made', async () => {
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

  test('the deadline spans the wait for a turn', async () => {
    const { inner, time, exchange, begin } = setUp({ timeoutMs: 1_000, ratePerSecond: 0.1 })
    await begin()
    const outcome = failureOf(exchange({ caller: { subject: 'auth0|bob' } }))
    await passed(time, outcome)
    expect(await timedOut(outcome)).toEqual(EXPECTED)
    expect(inner.exchanges).toHaveLength(1)
  })

  test('the deadline is 5 seconds unless told otherwise, as that of an adapter', async () => {
    const { inner, time, begin } = setUp()
    await begin()
    await time.advance(4_999)
    expect(inner.at(0).options.signal?.aborted).toBe(false)
    await time.advance(1)
    expect(inner.at(0).options.signal?.aborted).toBe(true)
  })
})

describe('a caller that leaves', () => {
  test('a caller that leaves aborts its exchange and gets its own reason', async () => {
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

  test('a caller that leaves while it waits for its turn takes none', async () => {
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
