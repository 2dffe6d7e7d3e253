import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../../src/secret.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { json } from '../answer-json.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { deferred, failureOf } from '../outcomes.js'

const UNAVAILABLE = 'The API cannot be reached at the moment. Try again in a little while.'

const answering =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) => {
    res.writeHead(status, headers).end()
  }

describe('a model reads of an API that refuses a call', () => {
  test.each([
    [400, 'The API did not accept the arguments (HTTP 400). Check them before trying again.'],
    [422, 'The API did not accept the arguments (HTTP 422). Check them before trying again.'],
    [404, 'The API knows nothing by that name (HTTP 404). Check the arguments.'],
    [409, 'The API refused the call because of a conflict (HTTP 409).'],
    [418, 'The API refused the call (HTTP 418).'],
    [451, 'The API refused the call (HTTP 451).'],
  ])('a model reads of an API that refuses a call with status %i: %s', async (status, text) => {
    const { client } = await setUpApi(answering(status))
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    expect([failure.code, failure.message]).toEqual(['downstream_failed', text])
    expect(failure.details.retryAfterSeconds).toBeUndefined()
  })
})

describe('when an API says when to come back', () => {
  const retryAfterOf = async (status: number, value: string, method: 'GET' | 'POST' = 'GET') => {
    const { client } = await setUpApi(answering(status, { 'Retry-After': value }), {
      clock: () => Date.parse('2026-03-01T12:00:00Z'),
    })
    const failure = await failureOf(client.json('/x', { method, schema: ANSWER }))
    expect(failure.code).toBe('downstream_unavailable')
    return failure.details.retryAfterSeconds
  }

  test.each([
    ['0', 0],
    ['17', 17],
    ['999999', 999_999],
    ['1000000', undefined],
    ['17s', undefined],
    ['in 17', undefined],
    ['17, 3', undefined],
    ['-3', undefined],
    ['soon', undefined],
    ['Sun, 01 Mar 2026 12:01:30 GMT', 90],
    ['Sunday, 01-Mar-26 12:01:30 GMT', 90],
    ['Sun Mar  1 12:01:30 2026', 90],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 1],
    ['Sun, 01 Mar 2026 25:61:00 GMT', undefined],
    ['Sat, 01 Mar 2076 12:00:00 GMT', undefined],
  ])('%j is understood as %j seconds', async (value, seconds) => {
    expect(await retryAfterOf(503, value)).toBe(seconds)
  })

  test('a wait is told where the call may be made again, and not where it may have taken effect', async () => {
    expect(await retryAfterOf(500, '17')).toBe(17)
    expect(await retryAfterOf(500, '17', 'POST')).toBeUndefined()
    expect(await retryAfterOf(503, '17', 'POST')).toBe(17)
  })
})

describe('a challenge of status 403', () => {
  test.each([
    ['Bearer error="insufficient_scope"', 'downstream_scope_denied'],
    ['Bearer error=insufficient_scope, scope="a"', 'downstream_scope_denied'],
    ['Bearer my_error="insufficient_scope"', 'downstream_forbidden'],
    ['Bearer scope="insufficient_scope"', 'downstream_forbidden'],
  ])('%s is %s', async (challenge, code) => {
    const { client } = await setUpApi(answering(403, { 'WWW-Authenticate': challenge }))
    expect((await failureOf(client.json('/x', { schema: ANSWER }))).code).toBe(code)
  })
})

test('a write is not said to have taken effect, perhaps, where no connection came about', async () => {
  const api = { audience: 'a', baseUrl: new URL(await deadOrigin()) }
  const { client } = await setUpApi(undefined, { api })
  const failure = await failureOf(client.fetch('/x', { method: 'POST', json: {} }))
  expect(failure.message).toBe(UNAVAILABLE)
})

test('HEAD is not told as a call that the API has accepted, whatever the schema expects', async () => {
  const { client } = await setUpApi()
  const failure = await failureOf(client.json('/x', { method: 'HEAD', schema: ANSWER }))
  expect(failure.message).toBe('The API answered without a body, where this tool expects one.')
})

describe('an answer that breaks off', () => {
  test('an answer that breaks off is an outage, and for a read the advice is to try again', async () => {
    const { signal } = new AbortController()
    const { client } = await setUpApi(
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': '100' }).write('{"msg"', () => res.destroy())
      },
      { signal },
    )
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    expect([failure.code, failure.details.reason]).toEqual(['downstream_unavailable', 'broke_off'])
    expect(failure.message).toBe(UNAVAILABLE)
    expect(failure.cause).toBeInstanceOf(Error)
  })

  test('an answer that breaks off because the MCP client has gone away is cancelled, and no outage', async () => {
    const leaving = new AbortController()
    const gone = new Error('gone')
    const body = new ReadableStream(
      {
        pull(controller) {
          // The answer is being read: its connection ends with the caller.
          leaving.abort(gone)
          controller.error(gone)
        },
      },
      { highWaterMark: 0 },
    )
    const { client } = await setUpApi(undefined, {
      signal: leaving.signal,
      fetch: () => Promise.resolve(new Response(body)),
    })
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    expect([failure.code, failure.cause]).toEqual(['cancelled', gone])
  })
})

describe('a caller that leaves', () => {
  test('a caller that leaves before an answer has begun is cancelled, with the reason below', async () => {
    const gone = new Error('gone')
    const { client } = await setUpApi(undefined, { signal: AbortSignal.abort(gone) })
    const failure = await failureOf(client.fetch('/x'))
    expect([failure.code, failure.cause]).toEqual(['cancelled', gone])
  })

  test('a caller that leaves while a refused token is replaced waits no longer for the new one', async () => {
    const leaving = new AbortController()
    const renewing = deferred()
    const { client } = await setUpApi(answering(401), {
      signal: leaving.signal,
      tokens: {
        token: () => Promise.resolve(new Secret('exchanged.token')),
        renew: () => {
          renewing.resolve()
          return new Promise(() => undefined)
        },
      },
    })
    const outcome = failureOf(client.fetch('/x'))
    await renewing.promise
    const gone = new Error('gone')
    leaving.abort(gone)
    const failure = await outcome
    expect([failure.code, failure.cause]).toEqual(['cancelled', gone])
  })
})

test('a refused token is given up where the call is not made again', async () => {
  const discarded: Secret[] = []
  const token = new Secret('exchanged.token')
  const { client } = await setUpApi(answering(401), {
    tokens: {
      token: () => Promise.resolve(token),
      renew: () => Promise.reject(new Error('not asked for')),
      discard: (rejected) => {
        discarded.push(rejected)
        return Promise.resolve()
      },
    },
  })
  expect((await client.fetch('/x', { method: 'POST', json: {} })).status).toBe(401)
  expect(discarded).toHaveLength(1)
  expect(discarded[0]).toBe(token)
})

describe('the log says of an answer that it', () => {
  const problemOf = async (answer: RequestListener): Promise<unknown> => {
    const { client } = await setUpApi(answer)
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    return failure.details.log?.['problem']
  }

  test('the log says of an answer that it has no body', async () => {
    expect(await problemOf(answering(200))).toBe(
      'the schema of the tool wants a body: make it optional, or z.undefined()',
    )
  })

  test('the log says of an answer that it is not JSON', async () => {
    expect(
      await problemOf((_req, res) => {
        res.end('<html>')
      }),
    ).toBe('the answer is not JSON')
  })

  test('the log says of an answer that it does not fit the schema', async () => {
    expect(await problemOf(json([]))).toBe(
      'the answer does not fit the schema of the tool at: (the whole answer)',
    )
  })
})

test('JSON with escapes in it that hide no token is read', async () => {
  const value = { text: 'a\n"b"\\c\u0001' }
  const { client } = await setUpApi(json(value))
  expect(await client.json('/x', { schema: z.object({ text: z.string() }) })).toEqual(value)
})
