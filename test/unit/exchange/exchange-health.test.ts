import { describe, expect, test } from 'vitest'
import { ExchangeHealth } from '../../../src/exchange/exchange-health.js'
import {
  OnBehalfOfError,
  type FailureCode,
  type FailureDetails,
} from '../../../src/failures/errors.js'
import { ManualClock } from '../../helpers/exchange-clock.js'

function setUp() {
  const time = new ManualClock()
  const health = new ExchangeHealth(time.clock)
  const fail = (code: FailureCode, details: FailureDetails): void => {
    health.attempted({ failure: new OnBehalfOfError(code, details) })
  }
  return { time, health, fail }
}

describe('the health of the exchange', () => {
  test.each<FailureDetails>([
    { oauthError: 'invalid_client', status: 401 },
    { reason: 'client_key_unusable' },
  ])('a refusal of our client (%j) counts for a minute', async (details) => {
    const { health, time, fail } = setUp()
    expect(health.isRefused).toBe(false)
    fail('exchange_misconfigured', details)
    await time.advance(59_999)
    expect(health.isRefused).toBe(true)
    await time.advance(1)
    expect(health.isRefused).toBe(false)
  })

  test('an exchange that succeeds ends the refusal of our client', () => {
    const { health, fail } = setUp()
    fail('exchange_misconfigured', { oauthError: 'invalid_client' })
    health.attempted({ failure: undefined })
    expect(health.isRefused).toBe(false)
  })

  test('users of one authorization server do not take the server from the users of another', () => {
    const health = new ExchangeHealth(new ManualClock().clock, ['https://a/', 'https://b/'])
    const failure = new OnBehalfOfError('exchange_misconfigured', { oauthError: 'invalid_client' })
    health.attempted({ failure, place: 'https://b/' })
    expect(health.isRefused).toBe(false)
    health.attempted({ failure, place: 'https://a/' })
    expect(health.isRefused).toBe(true)
    health.attempted({ failure: undefined, place: 'https://b/' })
    expect(health.isRefused).toBe(false)
  })

  test.each<[FailureCode, FailureDetails]>([
    ['exchange_misconfigured', { oauthError: 'invalid_target' }],
    ['exchange_misconfigured', { oauthError: 'invalid_grant' }],
    ['exchange_unavailable', { reason: 'unreachable' }],
    ['reauthentication_required', { oauthError: 'invalid_grant' }],
  ])('%s with %j says nothing about our client', (code, details) => {
    const { health, fail } = setUp()
    fail(code, details)
    expect(health.isRefused).toBe(false)
  })

  test('a clock that was set back does not make the refusal of our client longer', async () => {
    const { health, time, fail } = setUp()
    fail('exchange_misconfigured', { oauthError: 'invalid_client' })
    await time.advance(-3_600_000)
    expect(health.isRefused).toBe(false)
  })
})
