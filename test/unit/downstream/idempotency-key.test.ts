import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { json } from '../answer-json.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const died = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })

describe('a handler that gives its call a key', () => {
  test('has a POST made again with it after a 401, in the header Idempotency-Key', async () => {
    let calls = 0
    const { client, seen } = await setUpApi((req, res) => {
      json({}, (calls += 1) === 1 ? 401 : 200)(req, res)
    })
    await client.json('/x', {
      method: 'POST',
      idempotency: { key: 'k-1' },
      json: {},
      schema: z.unknown(),
    })
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['k-1', 'k-1'])
  })

  test('knows that the outcome is unknown where the second try does not even connect', async () => {
    const errors = [died, refused]
    const { client } = await setUpApi(json({}), {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: errors.shift() })),
    })
    const failure = await failureOf(
      client.fetch('/x', { method: 'POST', idempotency: { key: 'k-1' } }),
    )
    expect([failure.details.reason, failure.details.outcomeUnknown]).toEqual(['unreachable', true])
    expect(failure.message).toContain('It is not known whether the call took effect')
  })

  test('may try again where no try connected', async () => {
    const { client } = await setUpApi(json({}), {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: refused })),
    })
    const failure = await failureOf(
      client.fetch('/x', { method: 'POST', idempotency: { key: 'k-1' } }),
    )
    expect(failure.details.outcomeUnknown).toBeUndefined()
  })

  test('knows that the outcome is unknown where no answer came in time', async () => {
    const { client } = await setUpApi(() => undefined, { timeoutMs: 50 })
    const failure = await failureOf(
      client.fetch('/x', { method: 'POST', idempotency: { key: 'k-1' } }),
    )
    expect([failure.details.reason, failure.details.outcomeUnknown]).toEqual(['timed_out', true])
  })

  test.each([
    [{ key: '' }, 'invalid_header'],
    [{ key: ' ' }, 'invalid_header'],
    [{ key: 'a\r\nb: c' }, 'invalid_header'],
    [{ key: 7 }, 'invalid_header'],
    [{ key: 'k', header: 'Authorization' }, 'forbidden_header'],
  ])('is told what is wrong with %j', async (idempotency, reason) => {
    const { loose, seen } = await setUpApi(json({}))
    const failure = await failureOf(loose.fetch('/x', { method: 'POST', idempotency }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', reason])
    expect(seen).toHaveLength(0)
  })
})
