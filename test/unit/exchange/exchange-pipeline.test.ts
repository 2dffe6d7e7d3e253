import { beforeAll, expect, test } from 'vitest'
import {
  createExchangePipeline,
  type ExchangePipelineOptions,
} from '../../../src/exchange/exchange-pipeline.js'
import type { TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import {
  exchangedOf,
  HeldExchanger,
  ISSUER,
  PromptExchanger,
  requestOf,
  revealed,
} from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import { issuerWith } from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { failureOf } from '../outcomes.js'

const OTHER = 'https://other-issuer.example/'
const UNKNOWN = 'https://unknown.example/'

let keys: readonly [SigningKey, SigningKey]

beforeAll(async () => {
  keys = [await createSigningKey('ES256'), await createSigningKey('ES256')]
})

function optionsWith(changes: Partial<ExchangePipelineOptions> = {}): ExchangePipelineOptions {
  const time = new ManualClock()
  const [own, others] = keys
  return {
    issuers: [
      issuerWith(() => Promise.resolve({ keys: [own.jwk] }), ISSUER),
      issuerWith(() => Promise.resolve({ keys: [others.jwk] }), OTHER),
    ],
    clientId: 'mcp-server',
    tokenAudience: 'https://mcp.example/mcp',
    clock: time.clock,
    timers: time.timers,
    ...changes,
  }
}

function requestFor(subject: string): TokenExchangeRequest {
  return requestOf({ caller: { subject }, subjectToken: `token of ${subject}` })
}

test('a pipeline for several issuers lets a token through that the issuer of the caller has signed, and no other', async () => {
  const [own, others] = keys
  const tokens = [
    await signed(own),
    await signed(others, { claims: { iss: OTHER } }),
    await signed(own, { claims: { iss: UNKNOWN } }),
  ]
  for (const [at, issuer] of [ISSUER, OTHER, UNKNOWN].entries()) {
    for (const [signedBy, token] of tokens.entries()) {
      const pipeline = createExchangePipeline(
        new PromptExchanger(() => exchangedOf(token)),
        optionsWith(),
      )
      const exchanging = pipeline.exchange(requestOf({ caller: { issuer } }))
      if (at === signedBy && issuer !== UNKNOWN) expect(revealed(await exchanging)).toBe(token)
      else expect((await failureOf(exchanging)).details.reason).toBe('issuer')
    }
  }
})

test('a pipeline exchanges no more a second than it is told', async () => {
  const adapter = new HeldExchanger()
  const pipeline = createExchangePipeline(adapter, optionsWith({ ratePerSecond: 2 }))
  for (let user = 0; user < 5; user += 1) {
    pipeline.exchange(requestFor(`user-${user}`)).catch(() => undefined)
  }
  await settled()
  expect(adapter.exchanges).toHaveLength(2)
})

test.each([
  [1, 3],
  [2, 2],
])(
  'a pipeline keeps as many tokens as it is told (%i): %i exchanges for alice, bob and alice again',
  async (cacheEntries, exchanges) => {
    const tokens = new Map<string, string>()
    for (const sub of ['alice', 'bob']) tokens.set(sub, await signed(keys[0], { claims: { sub } }))
    const adapter = new PromptExchanger(({ caller }) =>
      exchangedOf(tokens.get(caller.subject) ?? ''),
    )
    const pipeline = createExchangePipeline(adapter, optionsWith({ cacheEntries }))
    for (const subject of ['alice', 'bob', 'alice']) {
      const token = await pipeline.exchange(requestFor(subject))
      expect(revealed(token)).toBe(tokens.get(subject))
    }
    expect(adapter.count).toBe(exchanges)
  },
)
