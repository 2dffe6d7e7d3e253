import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../outcomes.js'
import { json } from '../answer-json.js'
import { KEY_1, KEY_2, KEYS, METADATA, openIssuer } from '../issuer-stand.js'

const never: RequestListener = () => undefined

describe('an unknown key id', () => {
  test('an unknown key id causes one fetch for all who ask', async () => {
    const { issuer, answers, time, count } = await openIssuer()
    await issuer.keys('key-1')
    answers[KEYS] = json({ keys: [KEY_1, KEY_2] })
    time.now += 30_000
    const callers = Array.from({ length: 50 }, () => issuer.keys('key-2'))
    const found = await Promise.all(callers)
    expect(found.every(({ keys }) => keys.some(({ kid }) => kid === 'key-2'))).toBe(true)
    expect(count(KEYS)).toBe(2)
  })

  test('[S9] an unknown key id causes ten fetches at once and then one each cool-down, whoever asks', async () => {
    const { issuer, time, count } = await openIssuer()
    await issuer.keys('key-1')
    const ask = (): Promise<unknown[]> =>
      Promise.all(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((forged) => issuer.keys(forged).catch(() => undefined)),
      )
    for (let times = 0; times < 15; times += 1) await ask()
    expect(count(KEYS)).toBe(11)
    time.now += 29_999
    await ask()
    expect(count(KEYS)).toBe(11)
    time.now += 1
    for (let times = 0; times < 15; times += 1) await ask()
    expect(count(KEYS)).toBe(12)
  })

  test('[S9] an unknown key id is no verdict once the fetches are used up: the key may have come just now', async () => {
    const { issuer, answers, time } = await openIssuer()
    await issuer.keys('key-1')
    for (let times = 0; times < 10; times += 1) await issuer.keys(`forged-${times}`)
    answers[KEYS] = json({ keys: [KEY_1, KEY_2] })
    time.now += 1_000
    for (const issuedAtSeconds of [
      undefined,
      'now',
      '0',
      null,
      NaN,
      time.now / 1_000,
      time.now / 1_000 - 120,
    ]) {
      const { code, details } = await failureOf(issuer.keys('key-2', { issuedAtSeconds }))
      expect([code, details.reason]).toEqual(['verifier_unavailable', 'key_lookups_used_up'])
      expect(details.retryAfterSeconds).toBe(29)
    }
    time.now += 29_000
    expect((await issuer.keys('key-2')).keys).toEqual([KEY_1, KEY_2])
  })

  test('[S9] an unknown key id of a token that is much older than the keys is a verdict without a fetch', async () => {
    const { issuer, time, count } = await openIssuer()
    await issuer.keys('key-1')
    for (let times = 0; times < 10; times += 1) await issuer.keys(`forged-${times}`)
    const issuedAtSeconds = time.now / 1_000 - 600
    expect((await issuer.keys('withdrawn', { issuedAtSeconds })).keys).toEqual([KEY_1])
    expect(count(KEYS)).toBe(11)
  })

  test('an unknown key id is none that one of several keys has: nothing is fetched', async () => {
    const { issuer, answers, count } = await openIssuer()
    answers[KEYS] = json({ keys: [KEY_1, KEY_2] })
    for (const kid of ['key-1', 'key-2']) await issuer.keys(kid)
    expect(count(KEYS)).toBe(1)
  })

  test('an unknown key id makes nobody wait who has a known one', async () => {
    const { issuer, answers, time } = await openIssuer()
    await issuer.keys('key-1')
    answers[KEYS] = never
    time.now += 30_000
    const stuck = issuer.keys('unknown')
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
    expect(await issuer.keys(undefined)).toEqual({ keys: [KEY_1] })
    stuck.catch(() => undefined)
  })

  test('an unknown key id is not called bad while the keys cannot be fetched', async () => {
    const { issuer, answers, time } = await openIssuer()
    await issuer.keys('key-1')
    answers[KEYS] = json({}, 500)
    time.now += 30_000
    for (let times = 0; times < 12; times += 1) {
      expect((await failureOf(issuer.keys('key-2'))).details.reason).toBe('unexpected_status')
    }
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
  })
})

describe('keys with which a signature has failed', () => {
  test('[case 16] keys with which a signature has failed are fetched once more for all who ask, ten times at once, then once each cool-down', async () => {
    const { issuer, answers, time, count } = await openIssuer()
    const tried = await issuer.keys('key-1')
    const renewed = { ...KEY_2, kid: 'key-1' }
    answers[KEYS] = json({ keys: [renewed] })
    const found = await Promise.all([1, 2, 3].map(() => issuer.keys('key-1', { tried })))
    expect(found.map(({ keys }) => keys)).toEqual([[renewed], [renewed], [renewed]])
    expect(count(KEYS)).toBe(2)
    const again = await issuer.keys('key-1')
    for (let times = 0; times < 12; times += 1) {
      expect(await issuer.keys('key-1', { tried: again })).toBe(again)
    }
    expect(count(KEYS)).toBe(11)
    time.now += 30_000
    for (let times = 0; times < 6; times += 1) await issuer.keys('key-1', { tried: again })
    expect(count(KEYS)).toBe(12)
  })

  test('[case 16] keys with which a signature has failed are not fetched where others have been loaded since', async () => {
    const { issuer, answers, count } = await openIssuer()
    const tried = await issuer.keys('key-1')
    answers[KEYS] = json({ keys: [KEY_2] })
    const renewed = await issuer.keys('key-2')
    expect(await issuer.keys('key-1', { tried })).toBe(renewed)
    expect(count(KEYS)).toBe(2)
  })

  test('[case 16] keys with which a signature has failed are the last word while no others can be had: an outage makes no forged token good', async () => {
    const { issuer, answers } = await openIssuer()
    const tried = await issuer.keys('key-1')
    answers[KEYS] = json({}, 500)
    expect(await issuer.keys('key-1', { tried })).toBe(tried)
  })

  test('[S9] keys with which a signature has failed that strangers forged use up nothing that a rotated key needs', async () => {
    const { issuer, answers } = await openIssuer()
    const tried = await issuer.keys('key-1')
    for (let times = 0; times < 12; times += 1) await issuer.keys('key-1', { tried })
    answers[KEYS] = json({ keys: [KEY_1, KEY_2] })
    expect((await issuer.keys('key-2')).keys).toEqual([KEY_1, KEY_2])
  })
})

describe('after a rest', () => {
  test('[S16.3] a key that was withdrawn meanwhile does not serve while the issuer can be reached', async () => {
    for (const minutes of [20, 23 * 60]) {
      const { issuer, answers, time } = await openIssuer()
      await issuer.keys('key-1')
      answers[KEYS] = json({ keys: [KEY_2] })
      time.now += minutes * 60_000
      expect((await issuer.keys(undefined)).keys).toEqual([KEY_2])
    }
  })

  test('[S16.3] the metadata is renewed before it is used', async () => {
    const { issuer, answers, metadata, time } = await openIssuer()
    await issuer.metadata()
    const token_endpoint = `${metadata.issuer}moved`
    answers[METADATA] = json({ ...metadata, token_endpoint })
    time.now += 23 * 3_600_000
    expect(await issuer.metadata()).toMatchObject({ token_endpoint })
  })

  test('[S16.3] keys at hand serve where the issuer cannot be reached', async () => {
    const { issuer, server, time } = await openIssuer()
    await issuer.keys('key-1')
    await server.close()
    time.now += 23 * 3_600_000
    expect((await issuer.keys('key-1')).keys).toEqual([KEY_1])
  })

  test.each([
    ['an empty set', []],
    ['private keys alone', [{ ...KEY_1, d: 'AQAB' }]],
  ])('[S16.3] %s in their place withdraws the keys at hand', async (_what, keys) => {
    const { issuer, answers, time } = await openIssuer()
    await issuer.keys('key-1')
    answers[KEYS] = json({ keys })
    time.now += 23 * 3_600_000
    const failure = await failureOf(issuer.keys('key-1'))
    expect([failure.code, failure.details.reason]).toEqual(['verifier_unavailable', 'invalid'])
  })
})
