import { describe, expect, test } from 'vitest'
import {
  captureResponse,
  rateLimitsIn,
  withoutSecrets,
} from '../../../src/exchange/token-response.js'
import { NOW_SECONDS } from '../../helpers/exchange-requests.js'

describe('what a request proves itself with', () => {
  const secretsOf = async (init: RequestInit): Promise<readonly string[]> => {
    const capture = captureResponse({
      signal: new AbortController().signal,
      userAgent: 'mcp-on-behalf-of/test',
      fetch: () => Promise.resolve(Response.json({})),
    })
    expect(capture.secrets()).toEqual([])
    await capture.fetch('https://issuer.example/token', { method: 'POST', ...init })
    return capture.secrets()
  }
  const basic = (text: string) => Buffer.from(text).toString('base64')
  const form = 'client_id=me&client_secret=a%20b&subject_token=t.o.k&audience=x'

  test.each<[string, RequestInit, readonly string[]]>([
    ['a form that is a text', { body: form }, ['a b', 't.o.k']],
    ['a form', { body: new URLSearchParams(form) }, ['a b', 't.o.k']],
    [
      'an assertion and the token of an actor',
      { body: 'actor_token=a&client_assertion=j.w.t&client_assertion_type=y' },
      ['j.w.t', 'a'],
    ],
    ['the assertion of a user', { body: 'assertion=u.s.r&scope=x' }, ['u.s.r']],
    ['an empty secret', { body: 'client_secret=&subject_token=t' }, ['t']],
    [
      'a secret in the header',
      { headers: { authorization: `Basic ${basic('client-id:pass%2Bword:7')}` } },
      [basic('client-id:pass%2Bword:7'), 'pass%2Bword:7', 'pass+word:7'],
    ],
    [
      'a header without a secret',
      { headers: { authorization: `Basic ${basic('client-id')}` } },
      [basic('client-id')],
    ],
    ['a header of another scheme', { headers: { authorization: 'Bearer abc' } }, []],
    ['bytes', { body: new TextEncoder().encode(form) }, []],
    ['nothing', {}, []],
  ])('what a request proves itself with is known: %s', async (_, init, secrets) => {
    expect(await secretsOf(init)).toEqual(secrets)
  })

  test.each([
    ['as it is', 'p ß+/%'],
    ['percent-encoded', encodeURIComponent('p ß+/%')],
    ['encoded as a form', new URLSearchParams({ x: 'p ß+/%' }).toString().slice(2)],
  ])('what a request proves itself with is cut out of a refusal: %s', (_, form) => {
    const said = `before ${form} after ${form}`
    const refusal = { status: 400, error: said, errorDescription: said, challengeError: said }
    const cut = 'before [scrubbed] after [scrubbed]'
    expect(withoutSecrets(refusal, ['other', 'p ß+/%'])).toEqual({
      status: 400,
      error: cut,
      errorDescription: cut,
      challengeError: cut,
    })
  })

  test('what a request proves itself with leaves the rest of a refusal as it came', () => {
    const refusal = { status: 429, error: 'too_many_requests', retryAfterSeconds: 7 }
    expect(withoutSecrets(refusal, ['s3cret'])).toEqual(refusal)
    expect(withoutSecrets({ status: 500 }, ['s3cret'])).toEqual({ status: 500 })
  })
})

test('rate limits are told by an answer alone', () => {
  expect(rateLimitsIn(undefined, () => NOW_SECONDS * 1_000)).toEqual([])
  const headers = new Headers({ 'RateLimit-Remaining': '3' })
  expect(rateLimitsIn({ status: 200, headers, text: '' }, () => NOW_SECONDS * 1_000)).toEqual([
    { remaining: 3 },
  ])
})
