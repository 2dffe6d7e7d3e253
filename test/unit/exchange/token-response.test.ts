import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { captureResponse, refusalIn } from '../../../src/exchange/token-response.js'
import { deadOrigin, startHttpServer } from '../../helpers/start-http-server.js'
import { json } from '../answer-json.js'

const NOW_SECONDS = 2_000_000_000
const clock = (): number => NOW_SECONDS * 1_000

const options = {
  fetch: globalThis.fetch,
  signal: new AbortController().signal,
  userAgent: 'mcp-on-behalf-of/test',
}

describe('captureResponse', () => {
  test('captureResponse has no answer before there was one', () => {
    expect(captureResponse(options).answer()).toBeUndefined()
  })

  test('captureResponse hands the answer on as it came, and keeps it', async () => {
    const { origin } = await startHttpServer((_req, res) => {
      res.writeHead(400, { 'Content-Type': 'application/json', 'X-Note': 'seen' })
      res.end('{"error":"invalid_grant","text":"\u00e4\u20ac"}')
    })
    const recording = captureResponse(options)
    const response = await recording.fetch(origin, { method: 'POST', body: 'a=b' })
    expect(response.status).toBe(400)
    expect(response.headers.get('x-note')).toBe('seen')
    expect(await response.json()).toEqual({ error: 'invalid_grant', text: '\u00e4\u20ac' })
    const answer = recording.answer()
    expect(answer).toMatchObject({
      status: 400,
      text: '{"error":"invalid_grant","text":"\u00e4\u20ac"}',
    })
    expect(answer?.headers.get('x-note')).toBe('seen')
  })

  test('captureResponse sends what it was given, under its own name', async () => {
    const seen: { request: IncomingMessage; body: string }[] = []
    const { origin } = await startHttpServer((req, res) => {
      void text(req).then((body) => {
        seen.push({ request: req, body })
        res.end('{}')
      })
    })
    await captureResponse(options).fetch(`${origin}/token`, {
      method: 'POST',
      headers: { authorization: 'Basic abc', 'user-agent': 'library/1.0' },
      body: new URLSearchParams({ grant_type: 'x' }),
    })
    expect(seen).toHaveLength(1)
    expect(seen[0]?.body).toBe('grant_type=x')
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/token' })
    expect(seen[0]?.request.headers).toMatchObject({
      authorization: 'Basic abc',
      'user-agent': 'mcp-on-behalf-of/test',
    })
  })

  test.each([301, 302, 303, 307, 308])(
    'captureResponse does not carry the request to where a %i points',
    async (status) => {
      const paths: (string | undefined)[] = []
      const { origin } = await startHttpServer((req, res) => {
        paths.push(req.url)
        res.writeHead(status, { Location: '/elsewhere' }).end()
      })
      const recording = captureResponse(options)
      await recording.fetch(`${origin}/token`, { method: 'POST', body: 'a=b', redirect: 'follow' })
      expect(paths).toEqual(['/token'])
      expect(refusalIn(recording.answer(), clock)).toMatchObject({ status })
    },
  )

  test.each([204, 205, 304])(
    'captureResponse gets along with a %i, which has no body',
    async (status) => {
      const { origin } = await startHttpServer((_req, res) => {
        res.writeHead(status).end()
      })
      const recording = captureResponse(options)
      expect((await recording.fetch(origin)).status).toBe(status)
      expect(recording.answer()).toMatchObject({ status, text: '' })
    },
  )

  test('captureResponse refuses a body beyond the bound, and has no answer then', async () => {
    const { origin } = await startHttpServer(json({ access_token: 'x'.repeat(500) }))
    const recording = captureResponse({ ...options, maxBytes: 400 })
    await expect(recording.fetch(origin)).rejects.toThrow('larger than 400 bytes')
    expect(recording.answer()).toBeUndefined()
  })

  test('captureResponse refuses a body of more than 256 KiB unless told otherwise', async () => {
    const { origin } = await startHttpServer(json('x'.repeat(257 * 1024)))
    await expect(captureResponse(options).fetch(origin)).rejects.toThrow('larger than')
  })

  test('captureResponse has no answer when the body breaks off', async () => {
    const cutOff: RequestListener = (_req, res) => {
      res.writeHead(200, { 'Content-Length': '100' }).write('{"access', () => {
        res.destroy()
      })
    }
    const { origin } = await startHttpServer(cutOff)
    const recording = captureResponse(options)
    await expect(recording.fetch(origin)).rejects.toThrow()
    expect(recording.answer()).toBeUndefined()
  })

  test('captureResponse has no answer when nobody is there', async () => {
    const recording = captureResponse(options)
    await expect(recording.fetch(await deadOrigin())).rejects.toThrow()
    expect(recording.answer()).toBeUndefined()
  })

  test('captureResponse ends when its signal says so, also in the middle of a body', async () => {
    const abort = new AbortController()
    const { origin } = await startHttpServer((_req, res) => {
      res.writeHead(200).write('{"access', () => {
        abort.abort(new Error('no longer wanted'))
      })
    })
    const recording = captureResponse({ ...options, signal: abort.signal })
    await expect(recording.fetch(origin)).rejects.toThrow('no longer wanted')
    expect(recording.answer()).toBeUndefined()
  })
})

describe('refusalIn', () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
    status,
    headers: new Headers(headers),
    text: body,
  })

  test('refusalIn finds none in a 200, or where there was no answer', () => {
    expect(refusalIn(answer(200, '{"error":"invalid_grant"}'), clock)).toBeUndefined()
    expect(refusalIn(undefined, clock)).toBeUndefined()
  })

  test('refusalIn reads error and description', () => {
    const body = '{"error":"invalid_grant","error_description":"expired","mfa_token":"x"}'
    expect(refusalIn(answer(400, body), clock)).toEqual({
      status: 400,
      error: 'invalid_grant',
      errorDescription: 'expired',
    })
  })

  test.each([
    '',
    '<html>',
    'null',
    '"error"',
    '7',
    '[]',
    '[{"error":"x"}]',
    '{"error":7,"error_description":{}}',
    '{"error":null}',
    '{"error":',
  ])('refusalIn reads nothing but the status out of the body %j', (body) => {
    expect(refusalIn(answer(403, body), clock)).toEqual({ status: 403 })
  })

  test.each([
    ['Bearer error="invalid_token"', 'invalid_token'],
    ['bearer realm="a, b", error="invalid_token", error_description="x"', 'invalid_token'],
    ['DPoP algs="ES256", error="use_dpop_nonce"', 'use_dpop_nonce'],
    ['Bearer error=invalid_token', 'invalid_token'],
    ['Bearer realm="api"', undefined],
    ['Bearer error_description="error"', undefined],
    ['Basic realm="api"', undefined],
    ['Basic error="invalid_token"', undefined],
    ['Basic realm="Bearer error=invalid_token"', undefined],
    ['X-Bearer error="invalid_token"', undefined],
  ])('refusalIn reads the challenge %s', (header, challengeError) => {
    const refusal = refusalIn(answer(401, '', { 'WWW-Authenticate': header }), clock)
    expect(refusal).toEqual({
      status: 401,
      ...(challengeError === undefined ? {} : { challengeError }),
    })
  })

  const http = (seconds: number): string => new Date(seconds * 1_000).toUTCString()

  test.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'Retry-After': '17' }, 17],
    ['no seconds at all', { 'Retry-After': '0' }, 0],
    ['a date', { 'Retry-After': http(NOW_SECONDS + 90) }, 90],
    [
      'a date in the form of asctime',
      {
        'Retry-After': new Date((NOW_SECONDS + 90) * 1_000)
          .toUTCString()
          .replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/, '$1 $3 $2 $5 $4'),
      },
      90,
    ],
    ["Okta's reset", { 'X-Rate-Limit-Reset': `${NOW_SECONDS + 45}` }, 45],
    ['a reset in milliseconds', { 'X-RateLimit-Reset': `${NOW_SECONDS + 45}000` }, 45],
    ['a reset in seconds from now', { 'RateLimit-Reset': '45' }, 45],
    ['the field of the draft', { RateLimit: '"default";r=0;t=45' }, 45],
    ['hostile seconds', { 'Retry-After': '1e999' }, undefined],
    ['a date that is over', { 'Retry-After': http(NOW_SECONDS - 90) }, 1],
    ["Auth0's reset", { 'X-RateLimit-Reset': `${NOW_SECONDS + 45}` }, 45],
    ['a reset that is over', { 'X-RateLimit-Reset': `${NOW_SECONDS - 45}` }, 1],
    ['both', { 'Retry-After': '17', 'X-RateLimit-Reset': `${NOW_SECONDS + 45}` }, 17],
    [
      'the later of two resets',
      { 'X-RateLimit-Reset': `${NOW_SECONDS + 45}`, RateLimit: '"default";r=0;t=10' },
      45,
    ],
    ['a limit without a reset', { 'X-RateLimit-Remaining': '0' }, undefined],
    ['neither', {}, undefined],
    ['nothing', { 'Retry-After': '' }, undefined],
    ['words', { 'Retry-After': 'soon' }, undefined],
    ['less than nothing', { 'Retry-After': '-1' }, undefined],
    ['a fraction', { 'Retry-After': '1.5' }, undefined],
    ['a reset that is no number', { 'X-RateLimit-Reset': 'soon' }, undefined],
  ])('refusalIn reads when to come back from %s', (_what, headers, seconds) => {
    expect(refusalIn(answer(429, '', headers), clock)?.retryAfterSeconds).toBe(seconds)
  })

  test('refusalIn never throws, whatever came back', () => {
    const status = fc.integer({ min: 201, max: 599 })
    const header = fc.stringMatching(/^[ -~]*$/)
    fc.assert(
      fc.property(status, fc.oneof(fc.json(), fc.string()), header, (given, body, value) => {
        const headers = { 'WWW-Authenticate': value, 'Retry-After': value }
        expect(refusalIn(answer(given, body, headers), clock)?.status).toBe(given)
      }),
    )
  })
})
