import { describe, expect, test } from 'vitest'
import { OnBehalfOfError, type FailureDetails } from '../../../src/failures/errors.js'
import {
  createResilientExchanger,
  type ResilientExchangerOptions,
} from '../../../src/exchange/resilient-exchanger.js'
import type { TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import { UserHolds } from '../../../src/exchange/user-holds.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  HeldExchanger,
  PromptExchanger,
  requestOf,
  revealed,
  unavailable,
} from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

function setUp(options: ResilientExchangerOptions = {}) {
  const inner = new PromptExchanger()
  const time = new ManualClock()
  const resilient = createResilientExchanger(inner, {
    ...{ clock: time.clock, timers: time.timers, random: () => 0.5, ratePerSecond: 1_000 },
    ...options,
  })
  const call = async (subject: string, issuer?: string): Promise<string> => {
    const caller = { subject, ...(issuer === undefined ? {} : { issuer }) }
    const outcome = resilient.exchange(requestOf({ caller })).then(revealed, (error: unknown) => {
      if (error instanceof OnBehalfOfError) return error.details.reason ?? error.code
      throw error
    })
    await time.advance(200)
    return outcome
  }
  /** Fails for these users alone. */
  const failFor = (subjects: readonly string[], details: FailureDetails): void => {
    inner.answer = ({ caller }: TokenExchangeRequest) => {
      if (!subjects.includes(caller.subject)) return exchangedOf(`for ${caller.subject}`)
      throw new OnBehalfOfError('exchange_unavailable', details)
    }
  }
  return { inner, time, resilient, call, failFor }
}

describe('a 429 that one user meets', () => {
  const LIMITED = { reason: 'rate_limited', retryAfterSeconds: 3_600 } as const

  test('[S4] a 429 that one user meets holds that user back and no other', async () => {
    const { inner, time, call, failFor } = setUp()
    failFor(['alice'], LIMITED)
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await call('alice')).toBe('rate_limited')
      expect(await call('alice')).toBe('held_back')
      for (const user of ['bob', 'carol']) expect(await call(user)).toBe(`for ${user}`)
      await time.advance(60_000)
    }
    expect(inner.requests.filter(({ caller }) => caller.subject === 'alice')).toHaveLength(5)
  })

  test('[S4] a 429 that one user meets holds all back once a second user meets it within a minute', async () => {
    const { time, call, failFor } = setUp()
    failFor(['alice', 'bob'], LIMITED)
    expect(await call('alice')).toBe('rate_limited')
    expect(await call('carol')).toBe('for carol')
    await time.advance(50_000)
    expect(await call('bob')).toBe('rate_limited')
    expect(await call('carol')).toBe('held_back')
    await time.advance(60_000)
    expect(await call('carol')).toBe('for carol')
  })

  test('[S4] a 429 that one user meets and another user long after holds nobody else back', async () => {
    const { time, call, failFor } = setUp()
    failFor(['alice', 'bob'], LIMITED)
    expect(await call('alice')).toBe('rate_limited')
    await time.advance(61_000)
    expect(await call('bob')).toBe('rate_limited')
    expect(await call('carol')).toBe('for carol')
  })

  test('[S4] a 429 that one user meets holds all back where its headers say that the limit of all is used up', async () => {
    const { inner, time, call, failFor } = setUp()
    failFor(['alice'], { reason: 'rate_limited', retryAfterSeconds: 20 })
    inner.limits = [{ limit: 8, remaining: 0, resetAtMs: time.clock() + 20_000 }]
    expect(await call('alice')).toBe('rate_limited')
    expect(await call('bob')).toBe('held_back')
  })

  test('[S4] a 429 that one user meets holds that user alone where its headers say that something is left for others', async () => {
    const { inner, time, call, failFor } = setUp()
    failFor(['alice'], { reason: 'rate_limited', retryAfterSeconds: 20 })
    inner.limits = [
      { limit: 8, remaining: 7, resetAtMs: time.clock() + 20_000 },
      { remaining: 0, resetAtMs: time.clock() + 20_000, partitioned: true },
    ]
    expect(await call('alice')).toBe('rate_limited')
    expect(await call('bob')).toBe('for bob')
  })

  test.each([NaN, Infinity, -1, 1e300])(
    '[S4] a 429 that one user meets holds for a minute at most where it says %d seconds',
    async (retryAfterSeconds) => {
      const { time, call, failFor } = setUp()
      failFor(['alice'], { reason: 'rate_limited', retryAfterSeconds })
      await call('alice')
      failFor([], LIMITED)
      await time.advance(60_000)
      expect(await call('alice')).toBe('for alice')
    },
  )

  test('[S4] a 429 that one user meets is remembered of 10,000 users at most', () => {
    const time = new ManualClock()
    const holds = new UserHolds({ clock: time.clock })
    for (let user = 0; user <= 10_000; user += 1) {
      holds.pauseUntil(`user-${user}`, time.clock() + 60_000)
    }
    expect(holds.tryAcquire('user-0')).toBe(false)
    expect(() => holds.tryAcquire('user-1')).toThrow(OnBehalfOfError)
  })
})

describe.each([500, 503, 'timed_out', 'nonsense', 'connection_lost'] as const)(
  'an outage for one user alone (%s)',
  (what) => {
    const { details } = unavailable(what)

    test('[S4] an outage for one user alone stops that user and no other', async () => {
      const { inner, call, failFor } = setUp()
      failFor(['alice'], details)
      for (let round = 0; round < 10; round += 1) {
        await call('alice')
        expect(await call('bob')).toBe('for bob')
      }
      expect(await call('alice')).toBe('breaker_open')
      const asked = inner.requests.filter(({ caller }) => caller.subject === 'alice').length
      expect(asked).toBeLessThan(8)
    })

    test('[S4] an outage for one user alone also where nobody else calls meanwhile', async () => {
      const { call, failFor } = setUp()
      failFor(['alice'], details)
      for (let round = 0; round < 30; round += 1) await call('alice')
      expect(await call('bob')).toBe('for bob')
    })

    test('[S4] an outage for one user alone lets that user try again after a while, once', async () => {
      const { inner, time, call, failFor } = setUp()
      failFor(['alice'], details)
      while ((await call('alice')) !== 'breaker_open');
      await time.advance(10_000)
      const before = inner.count
      await call('alice')
      expect(await call('alice')).toBe('breaker_open')
      expect(inner.count - before).toBeLessThanOrEqual(2)
      failFor([], details)
      await time.advance(10_000)
      expect(await call('alice')).toBe('for alice')
    })

    test('[S4] an outage for one user alone never keeps the others out after a real one, by being the first to try', async () => {
      const { time, call, failFor } = setUp()
      failFor(['alice', 'bob', 'carol'], details)
      for (let round = 0; round < 4; round += 1) {
        for (const user of ['alice', 'bob', 'carol']) await call(user)
      }
      failFor(['alice'], details)
      await time.advance(10_000)
      expect(await call('alice')).not.toBe('for alice')
      await call('alice')
      expect(await call('dave')).toBe('for dave')
    })
  },
)

test('[S4] an outage that speaks for itself stops everybody, also where there is one user', async () => {
  for (const reason of ['unreachable', 'metadata_unavailable'] as const) {
    const { inner, call } = setUp()
    inner.answer = () => {
      throw unavailable(reason)
    }
    while ((await call('alice')) !== 'breaker_open');
    expect(inner.count).toBe(5)
    expect(await call('bob')).toBe('breaker_open')
  }
})

test('[S4] a 500 of one user and one of another are no outage yet', async () => {
  const { call, failFor } = setUp()
  failFor(['alice', 'bob'], unavailable('timed_out').details)
  for (let round = 0; round < 20; round += 1) await call('alice')
  await call('bob')
  expect(await call('carol')).toBe('for carol')
})

test('[S4] one user alone opens it for nobody else, however low the threshold', async () => {
  const { call, failFor } = setUp({ breaker: { threshold: 1 } })
  failFor(['alice'], unavailable('timed_out').details)
  await call('alice')
  expect(await call('alice')).toBe('breaker_open')
  expect(await call('bob')).toBe('for bob')
})

test('[S4] a user of the same name at another issuer is another user', async () => {
  const { call, failFor, inner } = setUp({ exchangeIssuer: 'https://exchange.example/' })
  failFor([], { reason: 'rate_limited' })
  const { answer } = inner
  inner.answer = (request, count) => {
    if (request.caller.issuer === 'https://one.example/') {
      throw new OnBehalfOfError('exchange_unavailable', {
        reason: 'rate_limited',
        retryAfterSeconds: 50,
      })
    }
    return answer(request, count)
  }
  expect(await call('alice', 'https://one.example/')).toBe('rate_limited')
  expect(await call('alice', 'https://two.example/')).toBe('for alice')
})

test('where all exchanges take place at one issuer, an outage of it is one for the users of all', async () => {
  const { call, inner } = setUp({ exchangeIssuer: 'https://exchange.example/' })
  inner.answer = () => {
    throw unavailable('unreachable')
  }
  while ((await call('alice', 'https://one.example/')) !== 'breaker_open');
  expect(await call('bob', 'https://two.example/')).toBe('breaker_open')
})

test('a user takes turns as one, through however many clients they come', async () => {
  const inner = new HeldExchanger()
  const time = new ManualClock()
  const resilient = createResilientExchanger(inner, {
    ...{ clock: time.clock, timers: time.timers, ratePerSecond: 1, timeoutMs: 60_000 },
  })
  const begin = (subject: string, clientId: string): void => {
    resilient.exchange(requestOf({ caller: { subject, clientId } })).catch(() => undefined)
  }
  for (let client = 0; client < 20; client += 1) begin('noisy', `client-${client}`)
  begin('alice', 'client-1')
  await settled()
  await time.advance(2_000)
  const served = inner.exchanges.map(({ request }) => request.caller.subject)
  expect(served).toEqual(['noisy', 'noisy', 'alice'])
})

test('the default pace is 8 a second, which fits the smallest paid plan of Auth0', async () => {
  const inner = new HeldExchanger()
  const time = new ManualClock()
  const resilient = createResilientExchanger(inner, { clock: time.clock, timers: time.timers })
  for (let user = 0; user < 40; user += 1) {
    const caller = { subject: `user-${user}` }
    failureOf(resilient.exchange(requestOf({ caller }))).catch(() => undefined)
  }
  await settled()
  expect(inner.exchanges).toHaveLength(8)
  await time.advance(1_000)
  expect(inner.exchanges).toHaveLength(16)
})
