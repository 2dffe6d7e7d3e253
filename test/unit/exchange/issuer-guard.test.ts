import { describe, expect, test } from 'vitest'
import { IssuerGuard, type Admission } from '../../../src/exchange/issuer-guard.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { unavailable } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

function setUp(threshold = 5) {
  const time = new ManualClock()
  const { clock, timers } = time
  const guard = new IssuerGuard({ ratePerSecond: 1_000, breaker: { threshold }, clock, timers })
  const acquire = (user: string): Promise<Admission> =>
    guard.acquire(user, new AbortController().signal)
  const refusal = async (user: string) => {
    const { details } = await failureOf(acquire(user))
    return [details.reason, details.retryAfterSeconds]
  }
  const fail = async (user: string, error: OnBehalfOfError, times = 1): Promise<void> => {
    for (let call = 0; call < times; call += 1) guard.failed(await acquire(user), error, [])
  }
  return { time, guard, acquire, refusal, fail }
}

const LOST = unavailable('connection_lost')
const UNREACHABLE = unavailable('unreachable')

describe('a try that failed', () => {
  test.each(['consent_required', 'exchange_misconfigured', 'exchange_rejected'] as const)(
    'a try that failed with %s shows that the server is well, and ends a row of failures',
    async (code) => {
      const { acquire, refusal, fail } = setUp()
      await fail('alice', LOST, 4)
      await fail('alice', new OnBehalfOfError(code))
      await fail('alice', LOST, 4)
      await acquire('alice')
      await fail('alice', LOST)
      expect(await refusal('alice')).toEqual(['breaker_open', 10])
    },
  )

  test.each(['internal_error', 'cancelled', 'exchange_unavailable'] as const)(
    'a try that failed with %s, and nothing more, says nothing about the server',
    async (code) => {
      const { refusal, fail } = setUp()
      await fail('alice', LOST, 4)
      await fail('alice', new OnBehalfOfError(code))
      await fail('alice', LOST)
      expect(await refusal('alice')).toEqual(['breaker_open', 10])
    },
  )

  test('a try that failed and says nothing leaves the probe to the next one', async () => {
    const { time, guard, acquire, refusal, fail } = setUp()
    await fail('alice', UNREACHABLE, 5)
    time.jump(10_000)
    const probe = await acquire('alice')
    expect(probe.probe).toBe(true)
    expect(await refusal('bob')).toEqual(['breaker_open', 1])
    guard.failed(probe, new OnBehalfOfError('cancelled'), [])
    expect((await acquire('bob')).probe).toBe(true)
  })

  test('a try that failed and says nothing leaves the probe of the user to the next one of that user', async () => {
    const { time, guard, acquire, refusal, fail } = setUp()
    await fail('alice', LOST, 5)
    time.jump(10_000)
    const probe = await acquire('alice')
    expect(probe).toMatchObject({ probe: false, userProbe: true })
    expect(await refusal('alice')).toEqual(['breaker_open', 1])
    guard.failed(probe, new OnBehalfOfError('cancelled'), [])
    expect((await acquire('alice')).userProbe).toBe(true)
  })
})

describe('an outage', () => {
  test('an outage that meets everybody is not held against the user who met it', async () => {
    const { time, guard, acquire, fail } = setUp()
    await fail('alice', UNREACHABLE, 5)
    time.jump(10_000)
    guard.succeeded(await acquire('bob'))
    const both = await Promise.all([acquire('alice'), acquire('alice')])
    expect(both.map(({ userProbe }) => userProbe)).toEqual([false, false])
  })

  test('an outage is tried by another user at once where a user who failed before fails again, and that one waits', async () => {
    const { time, guard, acquire, refusal, fail } = setUp(4)
    await fail('alice', LOST, 2)
    await fail('bob', LOST, 2)
    expect(await refusal('carol')).toEqual(['breaker_open', 10])
    time.jump(10_000)
    guard.failed(await acquire('alice'), LOST, [])
    expect(await refusal('alice')).toEqual(['held_back', 10])
    expect((await acquire('carol')).probe).toBe(true)
  })
})
