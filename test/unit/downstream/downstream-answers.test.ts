import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { json } from '../answer-json.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { deferred, failureOf } from '../outcomes.js'

const unauthorized =
  (token: string): RequestListener =>
  (req, res) => {
    const refused = req.headers.authorization === `Bearer ${token}`
    json({ msg: 'hello' }, refused ? 401 : 200)(req, res)
  }

describe('a 401', () => {
  test.each(['GET', 'HEAD', 'PUT', 'DELETE'] as const)(
    'a 401 to %s is met with one new token and one more try',
    async (method) => {
      const { client, seen, asked } = await setUpApi(unauthorized('exchanged.token'))
      expect((await client.fetch('/x', { method })).status).toBe(200)
      expect(asked).toEqual(['token', 'renewed exchanged.token'])
      expect(seen.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer exchanged.token',
        'Bearer renewed.token',
      ])
    },
  )

  test.each(['POST', 'PATCH'] as const)('a 401 to %s is not tried again', async (method) => {
    const { client, seen, asked } = await setUpApi(unauthorized('exchanged.token'))
    expect((await client.fetch('/x', { method, json: {} })).status).toBe(401)
    expect([seen.length, asked]).toEqual([1, ['token']])
  })

  test('a 401 is tried again with the same path, headers and body', async () => {
    const { client, seen } = await setUpApi(unauthorized('exchanged.token'))
    const headers = { 'x-note': 'same' }
    await client.fetch('/x', { method: 'PUT', query: { a: 'b' }, headers, json: { c: 'd' } })
    const same = { method: 'PUT', url: '/x?a=b', headers, body: '{"c":"d"}' }
    expect(seen).toMatchObject([same, same])
  })

  test('a 401 to the new token as well is final', async () => {
    const { failureOfJson, seen } = await setUpApi(json({}, 401))
    expect(await failureOfJson()).toEqual(['downstream_unauthorized', 'unexpected_status', 401])
    expect(seen).toHaveLength(2)
  })

  test('a 401 is answered by the failure of the new exchange where that fails', async () => {
    const refused = new OnBehalfOfError('reauthentication_required')
    const { client, seen } = await setUpApi(json({}, 401), {
      tokens: {
        token: () => Promise.resolve(new Secret('old')),
        renew: () => Promise.reject(refused),
      },
    })
    expect(await failureOf(client.fetch('/x'))).toBe(refused)
    expect(seen).toHaveLength(1)
  })
})

describe('an answer', () => {
  test.each([
    [401, 'downstream_unauthorized'],
    [403, 'downstream_forbidden'],
    [429, 'downstream_unavailable'],
    [500, 'downstream_unavailable'],
    [503, 'downstream_unavailable'],
    [400, 'downstream_failed'],
    [404, 'downstream_failed'],
    [409, 'downstream_failed'],
  ])('an answer of status %i is %s', async (status, code) => {
    const { failureOfJson } = await setUpApi((_req, res) => {
      res.writeHead(status).end('{"msg":"FOREIGN"}')
    })
    expect(await failureOfJson()).toEqual([code, 'unexpected_status', status])
  })

  test('an answer of status 403 that asks for scope is a matter of scope', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="write:things"'
    const { failureOfJson } = await setUpApi((_req, res) => {
      res.writeHead(403, { 'WWW-Authenticate': challenge }).end()
    })
    expect(await failureOfJson()).toEqual(['downstream_scope_denied', 'api_wants_more_scope', 403])
  })

  test.each(['Bearer error="invalid_token"', 'Bearer error="insufficient_scopes_x"'])(
    'an answer of status 403 is no matter of scope with %s',
    async (challenge) => {
      const { failureOfJson } = await setUpApi((_req, res) => {
        res.writeHead(403, { 'WWW-Authenticate': challenge }).end()
      })
      expect(await failureOfJson()).toEqual(['downstream_forbidden', 'unexpected_status', 403])
    },
  )

  test.each([429, 503])('an answer of status %i may say when to come back', async (status) => {
    const { client } = await setUpApi((_req, res) => {
      res.writeHead(status, { 'Retry-After': '17' }).end()
    })
    const { details } = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(details.retryAfterSeconds).toBe(17)
  })

  test('an answer that refuses lends none of its words to the failure', async () => {
    const { client } = await setUpApi(json({ msg: 'FOREIGN' }, 400))
    const { message, details } = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(`${message} ${JSON.stringify(details)}`).not.toContain('FOREIGN')
    expect(details.description).toContain('400')
  })

  test.each([301, 302, 307, 308])(
    'an answer that redirects by %i is not followed',
    async (status) => {
      const elsewhere = await setUpApi()
      const { failureOfJson, seen } = await setUpApi((_req, res) => {
        res.writeHead(status, { Location: `${elsewhere.server.origin}/stolen` }).end()
      })
      expect(await failureOfJson()).toEqual(['downstream_failed', 'unexpected_status', status])
      expect([seen.length, elsewhere.seen.length]).toEqual([1, 0])
    },
  )

  test.each([
    ['HTML', '<html>', 'not_json'],
    ['nothing', '', 'no_body'],
    ['half of it', '{"msg":', 'not_json'],
    ['another shape', '{"msg":7}', 'unexpected_shape'],
    ['a list', '[]', 'unexpected_shape'],
  ])('an answer that is %s is a failure of the API', async (_what, body, reason) => {
    const { failureOfJson } = await setUpApi((_req, res) => {
      res.end(body)
    })
    expect(await failureOfJson()).toEqual(['downstream_failed', reason])
  })

  test('an answer of another shape is logged by place, not by value', async () => {
    const { client } = await setUpApi(json({ msg: { deep: 'FOREIGN' } }))
    const { details } = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(details.log).toMatchObject({ method: 'GET', path: '/x', paths: 'msg' })
    expect(JSON.stringify(details)).not.toContain('FOREIGN')
  })

  test('an answer is read up to the bound, and refused beyond it', async () => {
    const body = { msg: 'x'.repeat(1_000) }
    const bytes = JSON.stringify(body).length
    const fits = await setUpApi(json(body), { maxBytes: bytes })
    expect(await fits.client.json('/x', { schema: ANSWER })).toEqual(body)
    const tooLarge = await setUpApi(json(body), { maxBytes: bytes - 1 })
    expect(await tooLarge.failureOfJson()).toEqual(['downstream_failed', 'too_large'])
  })

  test('an answer that breaks off is an outage', async () => {
    const { failureOfJson } = await setUpApi((_req, res) => {
      res.writeHead(200, { 'Content-Length': '100' }).write('{"msg"', () => {
        res.destroy()
      })
    })
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'broke_off'])
  })

  test('an answer that never comes is an outage', async () => {
    const { failureOfJson } = await setUpApi(() => undefined, { timeoutMs: 50 })
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'timed_out'])
  })

  test('an answer that never ends is an outage', async () => {
    const { client } = await setUpApi((_req, res) => res.writeHead(200).write('{"msg"'), {
      timeoutMs: 100,
    })
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(failure.code).toBe('downstream_unavailable')
  })
})

describe('no answer', () => {
  test('no answer because nobody is there is an outage', async () => {
    const api = { audience: 'a', baseUrl: new URL(await deadOrigin()) }
    const { failureOfJson } = await setUpApi(undefined, { api })
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'unreachable'])
  })

  test('no answer is waited for no longer once the MCP client has gone away', async () => {
    const arrived = deferred()
    const cut = deferred()
    const abort = new AbortController()
    const { client } = await setUpApi(
      (_req, res) => {
        res.on('close', () => {
          cut.resolve()
        })
        arrived.resolve()
      },
      { signal: abort.signal },
    )
    const outcome = failureOf(client.fetch('/x'))
    await arrived.promise
    abort.abort()
    expect((await outcome).code).toBe('cancelled')
    await cut.promise
  })

  test('no answer is not blamed on the API where the handler’s own body cannot be written as JSON', async () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const { client, seen } = await setUpApi()
    const failure = await failureOf(client.fetch('/x', { method: 'POST', json: circular }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'json_body'])
    expect(seen).toEqual([])
  })
})
