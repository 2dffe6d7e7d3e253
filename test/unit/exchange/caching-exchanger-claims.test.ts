import { describe, expect, test } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import type { ExchangeOptions } from '../../../src/exchange/token-exchanger.js'
import type { ExchangeSource } from '../../../src/observability/observer.js'
import type { CacheResult, PipelineObserver } from '../../../src/observability/pipeline-observer.js'
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

function cached(inner: PromptExchanger | HeldExchanger, observer?: PipelineObserver) {
  const clock = new ManualClock()
  const exchanger = createCachingExchanger(inner, {
    ...{ cache: createMemoryTokenCache(), clientId: 'mcp-server', subjectTokenType: 'urn:example' },
    clock: clock.clock,
    observer,
  })
  const ask = (changes: RequestChanges = {}, options: ExchangeOptions = {}) =>
    exchanger.exchange(requestOf(changes), options)
  return {
    clock,
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

  test('calls that are challenged one after the other with the same token share one exchange with claims', async () => {
    const inner = new PromptExchanger()
    const { token } = cached(inner)
    const old = new Secret(await token())
    const ask = () => token({ claims: CLAIMS }, { replacing: old })
    expect([await ask(), await ask(), await ask()]).toEqual(Array(3).fill('exchanged-2'))
    expect(inner.count).toBe(2)
    expect(await token({ claims: OTHER_CLAIMS }, { replacing: old })).toBe('exchanged-3')
    // What was made for the first claims is no longer what is kept.
    expect(await ask()).toBe('exchanged-4')
  })

  test('an exchange with claims rejects with them where the API refuses the token that was made for them', async () => {
    const inner = new PromptExchanger()
    const { ask, token } = cached(inner)
    const old = new Secret(await token())
    const made = new Secret(await token({ claims: CLAIMS }, { replacing: old }))
    const { code, details } = await failureOf(ask({ claims: CLAIMS }, { replacing: made }))
    expect([code, details.reason, details.claims]).toEqual([
      'reauthentication_required',
      'claims_challenge',
      CLAIMS,
    ])
    expect(inner.count).toBe(2)
    expect(await token({ claims: OTHER_CLAIMS }, { replacing: made })).toBe('exchanged-3')
  })

  test('an observer is told once of each look into the cache for a token with claims, and what it came to', async () => {
    const results: CacheResult[] = []
    const inner = new PromptExchanger()
    const { ask, token } = cached(inner, {
      cacheLookedUp: ({ cache, result }) => {
        if (cache === 'exchanged_tokens') results.push(result)
      },
    })
    const old = new Secret(await token())
    const made = new Secret(await token({ claims: CLAIMS }, { replacing: old }))
    await ask({ claims: CLAIMS }, { replacing: old })
    await failureOf(ask({ claims: CLAIMS }, { replacing: made }))
    await ask({ claims: OTHER_CLAIMS }, { replacing: made })
    await ask({ claims: CLAIMS }, { replacing: old })
    expect(results).toEqual(['absent', 'absent', 'hit', 'replaced', 'absent', 'replaced'])
  })

  test('claims that are thrown because the API refuses the token made for them are said to come from the cache', async () => {
    const { ask, token } = cached(new PromptExchanger())
    const made = new Secret(await token({ claims: CLAIMS }))
    const sources: ExchangeSource[] = []
    const onSource = (source: ExchangeSource) => sources.push(source)
    await failureOf(ask({ claims: CLAIMS }, { replacing: made, onSource }))
    expect(sources).toEqual(['cached'])
  })

  test('it is known for five minutes which claims a token was made for', async () => {
    const inner = new PromptExchanger()
    const { clock, token } = cached(inner)
    const made = new Secret(await token({ claims: CLAIMS }))
    clock.jump(299_000)
    await expect(token({ claims: CLAIMS }, { replacing: made })).rejects.toThrow()
    clock.jump(2_000)
    expect(await token({ claims: CLAIMS }, { replacing: made })).toBe('exchanged-2')
  })

  test('the token that was made for the claims of one user is never that of another', async () => {
    const inner = new PromptExchanger()
    const { token } = cached(inner)
    const bob = { subjectToken: 'token of bob', caller: { subject: 'auth0|bob' } }
    const old = new Secret('one that both had')
    expect(await token({ claims: CLAIMS }, { replacing: old })).toBe('exchanged-1')
    expect(await token({ ...bob, claims: CLAIMS }, { replacing: old })).toBe('exchanged-2')
    expect(await token()).toBe('exchanged-1')
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
