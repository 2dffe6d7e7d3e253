import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { cacheKey } from '../../../src/exchange/cache-key.js'
import { createCachingExchanger } from '../../../src/exchange/caching-exchanger.js'
import type { TokenExchanger } from '../../../src/exchange/token-exchanger.js'
import { createMemoryTokenCache } from '../../../src/exchange/token-cache.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  HeldExchanger,
  PromptExchanger,
  requestOf,
  revealed,
} from '../../helpers/exchange-requests.js'
import { StoreWithMoods, type StoreMood } from './store-with-moods.js'

const identity = { clientId: 'mcp-server', subjectTokenType: 'urn:example' }

type Step =
  | {
      readonly kind: 'call'
      readonly user: number
      readonly session: number
      readonly scope: number
    }
  /** The exchange under way with this number ends: with a token of so many seconds, or a failure. */
  | { readonly kind: 'finish'; readonly index: number; readonly ending: number | FailureCode }
  | { readonly kind: 'leave'; readonly index: number }
  /** A caller comes back because the API refused the token that it got. */
  | { readonly kind: 'replace'; readonly index: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'store'; readonly index: number }

const failure = fc.constantFrom<FailureCode>(
  'reauthentication_required',
  'exchange_unavailable',
  'exchange_rejected',
)
/** Few of everything, so that paths cross. Numbers of calls count from the latest. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        user: fc.nat({ max: 1 }),
        session: fc.nat({ max: 1 }),
        scope: fc.nat({ max: 1 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('finish' as const),
        index: fc.nat({ max: 2 }),
        ending: fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
          { weight: 1, arbitrary: failure },
        ),
      }),
    },
    { weight: 8, arbitrary: indexed('store') },
    { weight: 2, arbitrary: indexed('leave') },
    { weight: 1, arbitrary: indexed('replace') },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        ms: fc.integer({ min: 1, max: 40_000 }),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

function indexed<K extends 'store' | 'leave' | 'replace'>(kind: K) {
  return fc.record({ kind: fc.constant(kind), index: fc.nat({ max: 2 }) })
}

interface Call {
  readonly user: string
  readonly request: ReturnType<typeof requestOf>
  readonly leaving: AbortController
  token?: ReturnType<typeof exchangedOf>
  done: boolean
}

/** Plays steps against the exchanger, and takes down everything that must not have happened. */
class Play {
  readonly wrongs: string[] = []
  readonly #time = new ManualClock()
  readonly #inner = new HeldExchanger()
  readonly #store: StoreWithMoods
  readonly #exchanger: TokenExchanger
  readonly #calls: Call[] = []
  readonly #ended = new Set<number>()

  constructor(mood: StoreMood) {
    this.#store = new StoreWithMoods(mood)
    const options = {
      ...identity,
      cache: this.#store,
      clock: this.#time.clock,
      expiryMarginMs: 5_000,
    }
    this.#exchanger = createCachingExchanger(this.#inner, options)
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'call') this.#call(`user-${step.user}`, step)
    else if (step.kind === 'finish') this.#finish(step.index, step.ending)
    else if (step.kind === 'leave') this.#latest(step.index)?.leaving.abort(new Error('left'))
    else if (step.kind === 'replace') this.#replace(this.#latest(step.index))
    else if (step.kind === 'store') this.#store.release(step.index)
    else this.#time.jump(step.ms)
    await settled()
  }

  async end(): Promise<void> {
    for (let rest = 0; rest < 50; rest += 1) {
      await this.step({ kind: 'store', index: 0 })
      await this.step({ kind: 'finish', index: 0, ending: 60 })
    }
    for (const call of this.#calls) if (!call.done) this.wrongs.push('a call was never answered')
  }

  #latest(index: number): Call | undefined {
    return this.#calls.at(-1 - index)
  }

  #call(user: string, { session, scope }: { session: number; scope: number }): void {
    const caller = { subject: user, expiresAtSeconds: this.#time.nowSeconds + 90 }
    const subjectToken = `${user}-${session}`
    this.#begin({ user, request: requestOf({ caller, subjectToken, scopes: [`s${scope}`] }) })
  }

  #replace(call: Call | undefined): void {
    if (call?.token === undefined) return
    this.#begin(call, { replacing: call.token.token })
  }

  #begin({ user, request }: Pick<Call, 'user' | 'request'>, options = {}): void {
    const call: Call = { user, request, leaving: new AbortController(), done: false }
    this.#calls.push(call)
    const { signal } = call.leaving
    void this.#exchanger.exchange(request, { ...options, signal }).then(
      (token) => {
        call.done = true
        call.token = token
        this.#judge(call, token)
      },
      (error: unknown) => {
        call.done = true
        if (!(error instanceof OnBehalfOfError)) this.wrongs.push(`failed with ${String(error)}`)
      },
    )
  }

  #judge({ user, leaving }: Call, token: ReturnType<typeof exchangedOf>): void {
    const [owner = ''] = revealed(token).split('|')
    if (owner !== user) this.wrongs.push(`${user} got the token of ${owner}`)
    if (leaving.signal.aborted) this.wrongs.push(`${user} got a token after leaving`)
    const expiresAtMs = (token.expiresAtSeconds ?? 0) * 1_000
    if (expiresAtMs <= this.#time.clock()) this.wrongs.push(`${user} got an expired token`)
  }

  #finish(index: number, ending: number | FailureCode): void {
    const open = this.#inner.exchanges.map((_, at) => at).filter((at) => !this.#ended.has(at))
    const at = open[index % Math.max(1, open.length)]
    if (at === undefined) return
    this.#ended.add(at)
    const { request, outcome } = this.#inner.at(at)
    if (typeof ending === 'string') outcome.reject(new OnBehalfOfError(ending))
    else {
      const expiresAtSeconds = this.#time.nowSeconds + ending
      outcome.resolve(exchangedOf(`${request.caller.subject}|${at}`, { expiresAtSeconds }))
    }
  }
}

describe('for any interleaving of users, expiries, failures and departures', () => {
  test.each<[string, StoreMood]>([
    ['that answers at once', 'prompt'],
    ['that takes its time over everything', 'slow'],
    ["that mixes up its entries, another user's among them", 'confused'],
    ['that fails now and then', 'failing'],
    ['that forgets', 'forgetful'],
  ])(
    'a caller only ever gets a token that is theirs and has not expired, with a store %s',
    async (_, mood) => {
      await fc.assert(
        fc.asyncProperty(steps, async (given) => {
          const play = new Play(mood)
          for (const each of given) await play.step(each)
          await play.end()
          expect(play.wrongs).toEqual([])
        }),
        { numRuns: 300 },
      )
    },
  )
})

describe('10,000 users through a cache of 1,000', () => {
  test('each get their own token, and no more than 1,000 are kept', async () => {
    const inner = new PromptExchanger(({ caller }) => exchangedOf(`for ${caller.subject}`))
    const cache = createMemoryTokenCache({ maxEntries: 1_000 })
    const time = new ManualClock()
    const exchanger = createCachingExchanger(inner, { ...identity, cache, clock: time.clock })
    const requests = Array.from({ length: 10_000 }, (_, index) =>
      requestOf({ caller: { subject: `user-${index}` }, subjectToken: `token-${index}` }),
    )
    for (let round = 0; round < 2; round += 1) {
      const tokens = await Promise.all(requests.map((request) => exchanger.exchange(request)))
      const owners = tokens.map(revealed)
      expect(owners).toEqual(requests.map(({ caller }) => `for ${caller.subject}`))
    }
    const kept = await Promise.all(
      requests.map((request) => cache.get(cacheKey(request, identity))),
    )
    expect(kept.filter((entry) => entry !== undefined)).toHaveLength(1_000)
  })
})
