import { describe, expect, test } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import type { ExchangeOptions } from '../../../src/exchange/token-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  failing,
  HeldExchanger,
  PromptExchanger,
  requestOf,
  revealed,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
const OTHER_CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

function cached(inner: PromptExchanger | HeldExchanger) {
  const exchanger = createCachingExchanger(inner, {
    ...{ cache: createMemoryTokenCache(), clientId: 'mcp-server', subjectTokenType: 'urn:example' },
    clock: new ManualClock().clock,
  })
  const ask = (changes: RequestChanges = {}, options: ExchangeOptions = {}) =>
    exchanger.exchange(requestOf(changes), options)
  return {
    exchanger,
    ask,
    token: async (...args: Parameters<typeof ask>) => revealed(await ask(...args)),
  }
}

describe('an exchange with claims', () => {
  test('an exchange with claims asks anew, and its token takes the place of the one that was kept', async () => {
    const inner = new PromptExchanger()
    const { token } = cached(inner)
    const old = new Secret(await token())
    expect(await token({ claims: CLAIMS }, { replacing: old })).toBe('exchanged-2')
    expect(inner.requests[1]?.claims).toBe(CLAIMS)
    expect(await token()).toBe('exchanged-2')
    expect(inner.count).toBe(2)
  })

  test('an exchange with claims asks anew, though somebody else has exchanged meanwhile', async () => {
    const inner = new PromptExchanger()
    const { token } = cached(inner)
    await token()
    expect(await token({ claims: CLAIMS }, { replacing: new Secret('an older one') })).toBe(
      'exchanged-2',
    )
  })

  test('an exchange with claims drops the refused token, also where it is refused itself', async () => {
    const inner = new PromptExchanger((_, count) =>
      count === 2 ? failing('mfa_required')() : exchangedOf(`exchanged-${count}`),
    )
    const { ask, token } = cached(inner)
    const old = new Secret(await token())
    await failureOf(ask({ claims: CLAIMS }, { replacing: old }))
    expect(await token()).toBe('exchanged-3')
  })

  test('an exchange with claims that was refused is not asked for again at once', async () => {
    const inner = new PromptExchanger(failing('mfa_required', { claims: OTHER_CLAIMS }))
    const { ask } = cached(inner)
    for (let time = 0; time < 2; time += 1) {
      const { code, details } = await failureOf(ask({ claims: CLAIMS }))
      expect([code, details.claims]).toEqual(['mfa_required', OTHER_CLAIMS])
    }
    expect(inner.count).toBe(1)
    await failureOf(ask({ claims: OTHER_CLAIMS }))
    await failureOf(ask())
    expect(inner.count).toBe(3)
  })

  test('an exchange with claims shares its flight with those of the same claims alone', async () => {
    const inner = new HeldExchanger()
    const { ask } = cached(inner)
    const all = [
      ask(),
      ask({ claims: CLAIMS }),
      ask({ claims: CLAIMS }),
      ask({ claims: OTHER_CLAIMS }),
    ]
    await new Promise(setImmediate)
    expect(inner.exchanges.map(({ request }) => request.claims)).toEqual([
      undefined,
      CLAIMS,
      OTHER_CLAIMS,
    ])
    inner.exchanges.forEach(({ outcome }, index) => {
      outcome.resolve(exchangedOf(`token-${index}`))
    })
    expect((await Promise.all(all)).map(revealed)).toEqual([
      'token-0',
      'token-1',
      'token-1',
      'token-2',
    ])
  })

  test.each([true, false])(
    'an exchange with claims is offered as by the adapter: %s',
    (sendsClaims) => {
      const inner = Object.assign(new PromptExchanger(), { sendsClaims })
      expect(cached(inner).exchanger.sendsClaims).toBe(sendsClaims)
    },
  )
})
