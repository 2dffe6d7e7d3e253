import { describe, expect, test } from 'vitest'
import {
  OnBehalfOfError,
  type FailureCode,
  type FailureDetails,
} from '../../../src/failures/errors.js'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import {
  createResilientExchanger,
  type ResilientExchangerOptions,
} from '../../../src/exchange/resilient-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import { failureText } from '../../../src/failures/failure-text.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  failing,
  HeldExchanger,
  NOW_SECONDS,
  PromptExchanger,
  requestOf,
  revealed,
  unavailable,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

function setUp(options: ResilientExchangerOptions = {}) {
  const inner = new PromptExchanger()
  const time = new ManualClock()
  const resilient = createResilientExchanger(inner, {
    ...{ clock: time.clock, timers: time.timers, random: () => 0.5, ratePerSecond: 1_000 },
    ...options,
  })
  /** Runs an exchange to its end, moving the clock past the pause. */
  const failure = async (changes: RequestChanges = {}): Promise<OnBehalfOfError> => {
    const outcome = failureOf(resilient.exchange(requestOf(changes)))
    await time.advance(200)
    return outcome
  }
  const reasonOf = async (changes: RequestChanges = {}) => (await failure(changes)).details.reason
  const token = async (changes: RequestChanges = {}) =>
    revealed(await resilient.exchange(requestOf(changes)))
  return { inner, time, resilient, failure, reasonOf, token }
}

const down = failing('exchange_unavailable', unavailable('unreachable').details)

describe('the breaker', () => {
  test.each([
    'unreachable',
    'metadata_unavailable',
    'connection_lost',
    500,
    'timed_out',
    'nonsense',
  ] as const)(
    'the breaker opens after five times %s, and then asks the server no more',
    async (what) => {
      const { inner, reasonOf } = setUp()
      inner.answer = failing('exchange_unavailable', unavailable(what).details)
      for (let call = 0; inner.count < 5; call += 1) {
        await reasonOf({ caller: { subject: `auth0|${call % 3}` } })
      }
      const asked = inner.count
      expect(await reasonOf({ caller: { subject: 'auth0|another' } })).toBe('breaker_open')
      expect(inner.count).toBe(asked)
    },
  )

  test.each<[FailureCode, FailureDetails]>([
    ['exchange_misconfigured', { reason: 'unexpected_status', status: 401 }],
    ['reauthentication_required', { reason: 'unexpected_status', status: 400 }],
    ['downstream_scope_denied', { reason: 'unexpected_status', status: 403 }],
    ['consent_required', {}],
    ['mfa_required', {}],
    ['exchange_rejected', { reason: 'audience' }],
    ['exchange_unavailable', { reason: 'keys_unavailable' }],
    ['cancelled', {}],
    ['internal_error', {}],
  ])('the breaker does not open for %s %j', async (code, details) => {
    const { inner, failure } = setUp()
    inner.answer = failing(code, details)
    for (let call = 0; call < 20; call += 1) expect((await failure()).code).toBe(code)
    expect(inner.count).toBe(20)
  })

  test('the breaker does not open for 429: that is held back instead, and lifted in time', async () => {
    const { inner, time, reasonOf, token } = setUp()
    inner.answer = failing('exchange_unavailable', { reason: 'rate_limited', retryAfterSeconds: 1 })
    for (let call = 0; call < 10; call += 1) {
      expect(await reasonOf()).toBe('rate_limited')
      await time.advance(1_000)
    }
    inner.answer = () => exchangedOf('after')
    expect(await token()).toBe('after')
  })

  test('the breaker does not open for callers that leave', async () => {
    const held = new HeldExchanger()
    const time = new ManualClock()
    const resilient = createResilientExchanger(held, {
      ...{ clock: time.clock, timers: time.timers },
      ratePerSecond: 100,
    })
    for (let call = 0; call < 10; call += 1) {
      const leaving = new AbortController()
      const outcome = failureOf(resilient.exchange(requestOf(), { signal: leaving.signal }))
      await settled()
      leaving.abort(new Error('left'))
      held.at(call).outcome.reject(unavailable('unreachable'))
      expect((await outcome).code).toBe('cancelled')
    }
    expect(held.exchanges).toHaveLength(10)
  })

  test('the breaker holds to a single trial, also when a call from before ends without a verdict', async () => {
    const held = new HeldExchanger()
    const time = new ManualClock()
    const resilient = createResilientExchanger(held, {
      ...{ clock: time.clock, timers: time.timers },
      ratePerSecond: 100,
    })
    const leaving = new AbortController()
    const old = failureOf(resilient.exchange(requestOf(), { signal: leaving.signal }))
    for (let call = 1; call <= 5; call += 1) {
      const caller = { subject: `auth0|${call}` }
      const outcome = failureOf(resilient.exchange(requestOf({ caller })))
      await settled()
      held.at(call).outcome.reject(unavailable('timed_out'))
      await outcome
    }
    time.jump(10_000)
    void resilient.exchange(requestOf()).catch(() => undefined)
    await settled()
    expect(held.exchanges).toHaveLength(7)
    leaving.abort(new Error('left'))
    held.at(0).outcome.reject(new Error('aborted'))
    expect((await old).code).toBe('cancelled')
    void resilient.exchange(requestOf()).catch(() => undefined)
    await settled()
    expect(held.exchanges).toHaveLength(7)
  })

  test('the breaker is one for each issuer', async () => {
    const { inner, reasonOf, token } = setUp()
    inner.answer = ({ caller }) =>
      caller.issuer.includes('other') ? exchangedOf('from the other') : down()
    while ((await reasonOf()) !== 'breaker_open');
    expect(await token({ caller: { issuer: 'https://other.example/' } })).toBe('from the other')
  })
})

describe('a rate limit', () => {
  const BOB = { caller: { subject: 'auth0|bob' } }
  const used = (untilSeconds: number) => [{ remaining: 0, resetAtMs: untilSeconds * 1_000 }]

  test.each<[string, number, number]>([
    ['as long as it says', 17, 17],
    ['no longer than a minute, whatever it says', 86_400, 60],
    ['no longer than a minute, whatever nonsense it says', Infinity, 60],
  ])('a rate limit of all holds everybody back %s', async (_, retryAfterSeconds, heldSeconds) => {
    const { inner, time, failure, token } = setUp()
    inner.limits = used(NOW_SECONDS + retryAfterSeconds)
    inner.answer = failing('exchange_unavailable', { reason: 'rate_limited', retryAfterSeconds })
    const start = time.clock()
    await failure()
    const { details } = await failure(BOB)
    expect(details.reason).toBe('held_back')
    expect(inner.count).toBe(1)
    inner.limits = []
    inner.answer = () => exchangedOf('after')
    time.jump(start + heldSeconds * 1_000 - 1 - time.clock())
    expect((await failureOf(token(BOB))).details.retryAfterSeconds).toBe(1)
    time.jump(1_000)
    expect(await token(BOB)).toBe('after')
  })

  test('a rate limit that is used up by an exchange that succeeded holds the next ones back', async () => {
    const { inner, time, failure, token } = setUp()
    inner.limits = used(NOW_SECONDS + 9)
    inner.answer = () => exchangedOf('last')
    expect(await token()).toBe('last')
    expect((await failure(BOB)).details).toMatchObject({
      reason: 'held_back',
      retryAfterSeconds: 9,
    })
    inner.limits = []
    inner.answer = () => exchangedOf('after')
    await time.advance(9_000)
    expect(await token()).toBe('after')
  })

  test('a rate limit that starts anew at a time that is over holds nobody', async () => {
    const { inner, token } = setUp()
    inner.limits = used(NOW_SECONDS - 9)
    expect([await token(), await token()]).toEqual(['exchanged-1', 'exchanged-2'])
  })
})

describe('an authorization server that is down for a minute', () => {
  const MINUTE_MS = 60_000

  function setUpOutage() {
    const { inner, time, resilient } = setUp()
    const exchanger = createCachingExchanger(resilient, {
      ...{ cache: createMemoryTokenCache(), clientId: 'mcp-server', subjectTokenType: 'p' },
      clock: time.clock,
    })
    const isDown = (): boolean => {
      const sinceMs = time.clock() - NOW_SECONDS * 1_000
      return sinceMs >= 1_000 && sinceMs < 1_000 + MINUTE_MS
    }
    inner.answer = ({ caller }) => (isDown() ? down() : exchangedOf(`for ${caller.subject}`))
    const call = (subject: string) =>
      exchanger
        .exchange(requestOf({ caller: { subject }, subjectToken: `token of ${subject}` }))
        .then(revealed, (error: unknown) => error)
    return { inner, time, isDown, call }
  }

  test('an authorization server that is down for a minute leaves cached callers alone, tells the others how long to wait, and is over when it is over', async () => {
    const { inner, time, isDown, call } = setUpOutage()
    expect(await call('cached')).toBe('for cached')
    await time.advance(1_000)
    let told = 0
    for (let round = 0; isDown(); round += 1) {
      expect(await call('cached')).toBe('for cached')
      const outcome = call(`new-${round % 7}`)
      await time.advance(500)
      const error = await outcome
      expect(error).toBeInstanceOf(OnBehalfOfError)
      const { code, details } = error as OnBehalfOfError
      expect(code).toBe('exchange_unavailable')
      expect(FAILURE_TABLE[code].respondAs).toBe('tool')
      expect(failureText(code, details)).toMatch(/Try again in \d+ s/)
      expect(details.retryAfterSeconds).toBeGreaterThan(0)
      told += 1
    }
    expect(told).toBeGreaterThan(100)
    expect(inner.count).toBeLessThan(20)
    await time.advance(10_000)
    expect(await call('new-1')).toBe('for new-1')
    expect(await Promise.all(['new-2', 'new-3', 'cached'].map(call))).toEqual([
      'for new-2',
      'for new-3',
      'for cached',
    ])
  })

  test('an authorization server that is down for a minute is tried with a single exchange at a time, however many want one', async () => {
    const { inner, time, call } = setUpOutage()
    await time.advance(1_000)
    for (let round = 0; round < 5; round += 1) {
      const outcome = call(`user-${round}`)
      await time.advance(500)
      await outcome
    }
    const before = inner.count
    await time.advance(10_000)
    const crowd = Array.from({ length: 50 }, (_, index) => call(`crowd-${index}`))
    await time.advance(500)
    await Promise.all(crowd)
    expect(inner.count - before).toBe(1)
  })
})
