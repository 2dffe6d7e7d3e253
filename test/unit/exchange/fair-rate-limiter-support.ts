import {
  FairRateLimiter,
  type FairRateLimiterOptions,
} from '../../../src/exchange/fair-rate-limiter.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { failureOf } from '../outcomes.js'

/** A limiter of one exchange a second on a clock that the test drives, and who asks it. */
export function setUpLimiter(options: Partial<FairRateLimiterOptions> = {}) {
  const time = new ManualClock()
  const limiter = new FairRateLimiter({
    perSecond: 1,
    ...options,
    clock: time.clock,
    timers: time.timers,
  })
  /** Who had a turn, in order. */
  const turns: string[] = []
  const ask = (user: string, signal = new AbortController().signal): Promise<void> =>
    limiter.acquire(user, signal).then(() => {
      turns.push(user)
    })
  /** Asks, and does not care what comes of it. */
  const queue = (user: string, times = 1): void => {
    for (let time = 0; time < times; time += 1) ask(user).catch(() => undefined)
  }
  const refusal = async (user: string) => {
    const { code, details } = await failureOf(ask(user))
    return [code, details.reason, details.retryAfterSeconds]
  }
  return { time, limiter, turns, ask, queue, refusal }
}
