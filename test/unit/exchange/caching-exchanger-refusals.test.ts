import { describe, expect, test } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import {
  failing,
  PromptExchanger,
  requestOf,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

function setUp() {
  const inner = new PromptExchanger()
  const time = new ManualClock()
  const exchanger = createCachingExchanger(inner, {
    ...{ cache: createMemoryTokenCache(), clientId: 'mcp-server', subjectTokenType: 'urn:example' },
    clock: time.clock,
  })
  const failure = (changes: RequestChanges = {}) =>
    failureOf(exchanger.exchange(requestOf(changes)))
  return { inner, time, failure }
}

describe('a refusal', () => {
  test('a refusal of a server that holds this client back is remembered for as long as it says', async () => {
    const { inner, time, failure } = setUp()
    inner.answer = failing('exchange_unavailable', { reason: 'throttled', retryAfterSeconds: 60 })
    await failure()
    time.jump(45_000)
    expect((await failure()).details.retryAfterSeconds).toBe(15)
    expect(inner.count).toBe(1)
    time.jump(15_000)
    await failure()
    expect(inner.count).toBe(2)
  })

  test('a refusal is remembered for five minutes at most, whatever the server says', async () => {
    const { inner, time, failure } = setUp()
    const refused = { reason: 'throttled', retryAfterSeconds: 86_400 } as const
    inner.answer = failing('exchange_unavailable', refused)
    await failure()
    time.jump(300_000)
    await failure()
    expect(inner.count).toBe(2)
  })

  test('a refusal is remembered with its claims, each user with their own', async () => {
    const { inner, failure } = setUp()
    const claimsOf = (subject: string): string => `{"acrs":{"value":"${subject}"}}`
    inner.answer = ({ caller }) => failing('mfa_required', { claims: claimsOf(caller.subject) })()
    for (const subject of ['alice', 'bob', 'alice', 'bob']) {
      const changes = { caller: { subject }, subjectToken: `token-of-${subject}` }
      expect((await failure(changes)).details.claims).toBe(claimsOf(subject))
    }
    expect(inner.count).toBe(2)
  })
})
