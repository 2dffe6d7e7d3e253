import { describe, expect, test, vi } from 'vitest'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import { createResilientExchanger } from '../../../src/exchange/resilient-exchanger.js'
import {
  createSignedInCache,
  createSignedInExchanger,
} from '../../../src/exchange/signed-in-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import type {
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from '../../../src/exchange/token-exchanger.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import type { Timers } from '../../../src/time/clock.js'
import { callerOf, ISSUER, ManualTimers, settled, startRevocation } from '../revocation/stand.js'

const ALICE = { issuer: ISSUER, subject: 'auth0|alice' }
/** Waiting for what goes on by itself, on a machine that is busy. */
const PATIENCE = { timeout: 60_000 }
const TOKEN = { token: new Secret('exchanged') }

const requestOf = (subject = 'auth0|alice') => ({
  ...{ caller: callerOf({ subject }), subjectToken: new Secret(subject) },
  ...{ audience: 'https://api.example/', scopes: [] },
})

/** An authorization server that answers by hand, and pays no heed to signals. */
class Adapter implements TokenExchanger {
  readonly callers: string[] = []
  readonly signals: (AbortSignal | undefined)[] = []
  readonly answers: ((failure?: Error) => void)[] = []

  exchange({ caller }: TokenExchangeRequest, { signal }: ExchangeOptions = {}) {
    this.callers.push(caller.subject)
    this.signals.push(signal)
    return new Promise<typeof TOKEN>((resolve, reject) => {
      this.answers.push((failure) => {
        if (failure === undefined) resolve(TOKEN)
        else reject(failure)
      })
    })
  }
}

/** Time that a test lets pass. */
class Time implements Timers {
  readonly #due = new Map<() => void, number>()
  nowMs = 0

  after(delayMs: number, run: () => void) {
    this.#due.set(run, this.nowMs + delayMs)
    return { cancel: () => void this.#due.delete(run) }
  }

  advance(ms: number): void {
    this.nowMs += ms
    for (const [run, atMs] of [...this.#due]) {
      if (atMs > this.nowMs) continue
      this.#due.delete(run)
      run()
    }
  }
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'exchanged',
    (thrown: unknown) => {
      const { code, details } = asOnBehalfOfError(thrown)
      return `${code} ${details.reason ?? ''}`
    },
  )
const OVER = 'signed_out issued_before_sign_out'

describe('nothing is exchanged for a user who is signed out', () => {
  test('before', async () => {
    const { revocation } = startRevocation()
    const adapter = new Adapter()
    await revocation.revoke(ALICE)
    const exchanger = createSignedInExchanger(adapter, revocation)
    expect(await codeOf(exchanger.exchange(requestOf()))).toBe(OVER)
    expect(adapter.answers).toEqual([])
  })

  test('while the exchange is under way, whose signal aborts, and whose token is for nobody', async () => {
    const { revocation } = startRevocation()
    const adapter = new Adapter()
    const exchanger = createSignedInExchanger(adapter, revocation)
    const alice = codeOf(exchanger.exchange(requestOf()))
    const bob = codeOf(exchanger.exchange(requestOf('auth0|bob')))
    await revocation.revoke(ALICE)
    for (const answer of adapter.answers) answer()
    expect([await alice, await bob]).toEqual([OVER, 'exchanged'])
    expect(adapter.signals.map((signal) => signal?.aborted)).toEqual([true, false])
  })

  test('in the moment in which the token comes', async () => {
    const { revocation } = startRevocation()
    const adapter = new Adapter()
    const exchanger = createSignedInExchanger(adapter, revocation)
    const alice = codeOf(exchanger.exchange(requestOf()))
    adapter.answers[0]?.()
    const done = revocation.revoke(ALICE)
    expect([await alice, await done]).toEqual([OVER, true])
  })

  test('while the exchange waits for its turn, whoever waits for it', async () => {
    const { revocation } = startRevocation()
    const adapter = new Adapter()
    const time = new Time()
    const parts = { timers: time, clock: () => time.nowMs }
    const paced = createResilientExchanger(createSignedInExchanger(adapter, revocation), {
      ...{ ...parts, ratePerSecond: 1, timeoutMs: 60_000 },
    })
    const cached = createCachingExchanger(paced, {
      ...{ ...parts, cache: createMemoryTokenCache(), clientId: 'c', subjectTokenType: 't' },
    })
    const exchanger = createSignedInCache(cached, revocation)
    const first = codeOf(exchanger.exchange(requestOf('auth0|bob')))
    await vi.waitUntil(() => adapter.answers.length === 1, PATIENCE)
    const waiting = codeOf(exchanger.exchange(requestOf()))
    const behind = codeOf(exchanger.exchange(requestOf('auth0|carol')))
    await settled()
    await revocation.revoke(ALICE)
    expect(await waiting).toBe(OVER)
    adapter.answers[0]?.()
    expect(await first).toBe('exchanged')
    // The turn of the exchange that nobody waits for any more, and of the one behind it.
    await vi.waitUntil(() => {
      time.advance(1_000)
      return adapter.answers.length > 1
    }, PATIENCE)
    expect(adapter.callers).toEqual(['auth0|bob', 'auth0|carol'])
    adapter.answers[1]?.()
    expect(await behind).toBe('exchanged')
  })
})

describe('in front of a cache', () => {
  test('a token that is kept is for nobody who is signed out', async () => {
    const { revocation } = startRevocation()
    const kept: TokenExchanger = { exchange: () => Promise.resolve(TOKEN) }
    const exchanger = createSignedInCache(kept, revocation)
    expect(await codeOf(exchanger.exchange(requestOf()))).toBe('exchanged')
    const begun = codeOf(exchanger.exchange(requestOf()))
    await revocation.revoke(ALICE)
    expect([await begun, await codeOf(exchanger.exchange(requestOf()))]).toEqual([OVER, OVER])
    expect(await codeOf(exchanger.exchange(requestOf('auth0|bob')))).toBe('exchanged')
  })

  test('whoever waits for an exchange that never ends waits no longer; the signal is the own one', async () => {
    const { revocation } = startRevocation()
    const adapter = new Adapter()
    const exchanger = createSignedInCache(adapter, revocation)
    const { signal } = new AbortController()
    const waiting = codeOf(exchanger.exchange(requestOf(), { signal }))
    await revocation.revoke(ALICE)
    expect(await waiting).toBe(OVER)
    expect(adapter.signals).toEqual([signal])
  })
})

test('a sign-out says nothing of the authorization server: a breaker that tries it stays as it was', async () => {
  const { revocation } = startRevocation()
  const adapter = new Adapter()
  let nowMs = 0
  const guarded = createResilientExchanger(createSignedInExchanger(adapter, revocation), {
    ...{ timers: new ManualTimers(), clock: () => nowMs, breaker: { threshold: 1, openMs: 1_000 } },
  })
  const outage = new OnBehalfOfError('exchange_unavailable', { outage: 'everybody' })
  const failing = codeOf(guarded.exchange(requestOf('auth0|bob')))
  await settled()
  adapter.answers[0]?.(outage)
  await failing
  nowMs = 1_000
  await revocation.revoke(ALICE)
  expect(await codeOf(guarded.exchange(requestOf()))).toBe(OVER)
  const probe = codeOf(guarded.exchange(requestOf('auth0|bob')))
  const beside = codeOf(guarded.exchange(requestOf('auth0|carol')))
  expect(await beside).toBe('exchange_unavailable breaker_open')
  adapter.answers[1]?.()
  expect(await probe).toBe('exchanged')
})
