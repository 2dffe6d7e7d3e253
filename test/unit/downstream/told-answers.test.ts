import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeError } from '../../../src/logging/describe-error.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { json } from '../answer-json.js'
import { failureOf } from '../outcomes.js'

describe('a success', () => {
  const MAYBE = ANSWER.optional()

  test.each([200, 201, 202, 203, 206, 226, 299])(
    '[case 55] [A0b] a success of status %i is the JSON that it came with',
    async (status) => {
      const { client } = await setUpApi(json({ msg: 'done' }, status))
      const made = await client.json('/x', { method: 'POST', json: {}, schema: ANSWER })
      expect(made).toEqual({ msg: 'done' })
    },
  )

  test.each([
    [204, 'DELETE', undefined],
    [205, 'POST', undefined],
    [200, 'PUT', ''],
    [201, 'POST', ''],
    [202, 'PATCH', ' \r\n'],
    [200, 'HEAD', undefined],
  ] as const)(
    '[case 55] [A0b] a success of status %i to %s without a body is undefined to the schema',
    async (status, method, body) => {
      const { client } = await setUpApi((_req, res) => {
        res.writeHead(status).end(body)
      })
      await expect(client.json('/x', { method, schema: z.undefined() })).resolves.toBeUndefined()
      expect(await client.json('/x', { method, schema: MAYBE })).toBeUndefined()
      expect(await client.json('/x', { method, schema: z.unknown().transform(() => 'done') })).toBe(
        'done',
      )
    },
  )

  test.each([
    ['without a body', 204, undefined, 'no_body', /answered without a body/],
    ['with HTML', 200, '<html>', 'not_json', /answered, but not with JSON/],
    ['with another shape', 201, '{"msg":7}', 'unexpected_shape', /answered, but not in the shape/],
    ['with too much', 202, `"${'x'.repeat(2_000)}"`, 'too_large', /answered with more than/],
  ] as const)(
    '[case 55] [A2] %s where the tool expects another has a text of its own, and is never told as refused',
    async (_what, status, body, reason, words) => {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        const { client } = await setUpApi(
          (_req, res) => {
            res.writeHead(status).end(body)
          },
          {
            maxBytes: 1_000,
          },
        )
        const failure = await failureOf(client.json('/x', { method, schema: ANSWER }))
        expect([failure.code, failure.details.reason]).toEqual(['downstream_failed', reason])
        expect(failure.message).toMatch(words)
        expect(failure.message).not.toMatch(/refused|try again/i)
        const warned = failure.message.includes(
          `accepted the call (HTTP ${status}): do not make it again`,
        )
        expect([method, warned]).toEqual([method, method !== 'GET'])
      }
    },
  )

  test('[case 55] a success whose body breaks off is no reason to make a write again', async () => {
    const { client } = await setUpApi((_req, res) => {
      res.writeHead(201, { 'Content-Length': '100' }).write('{"msg"', () => {
        res.destroy()
      })
    })
    const failure = await failureOf(client.json('/x', { method: 'POST', json: {}, schema: ANSWER }))
    expect([failure.code, failure.details.reason]).toEqual(['downstream_unavailable', 'broke_off'])
    expect(failure.message).toMatch(/accepted the call \(HTTP 201\): do not make it again/)
  })

  test('[A2] a success of another shape is named for the log by its places, as far as the schema has names for them', async () => {
    const schema = z.object({
      items: z.array(z.object({ id: z.string() })),
      byName: z.record(z.string(), z.object({ total: z.number() })),
    })
    const body = { items: [{ id: 1 }], byName: { 'SSN 123-45-6789': { total: 'hunter2' } } }
    const { client } = await setUpApi(json(body))
    const { details, message } = await failureOf(client.json('/x', { schema }))
    expect(details.log).toMatchObject({
      paths: 'items.0.id, byName.*.total',
      problem: 'the answer does not fit the schema of the tool at: items.0.id, byName.*.total',
    })
    expect(`${message} ${JSON.stringify(details)}`).not.toMatch(/SSN|hunter2/)
  })

  test('[S11] a success that is no JSON lends none of its words to the log', async () => {
    const { client, reported } = await setUpApi((_req, res) => {
      res.end('SSN 123-45-6789 pw hunter2')
    })
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(reported).toEqual([failure])
    const text = `${failure.message} ${JSON.stringify(failure.details)} ${JSON.stringify(describeError(failure))}`
    expect(text).not.toMatch(/SSN|hunter2|Unexpected token/)
  })

  test('a success may be validated by a schema that takes its time', async () => {
    const { client } = await setUpApi()
    const schema = ANSWER.refine(() => Promise.resolve(true))
    expect(await client.json('/x', { schema })).toEqual({ msg: 'hello' })
  })

  test('[A3] a success is not asked for where there is no schema to read it with', async () => {
    const { loose, seen } = await setUpApi()
    const request = { method: 'POST' } as unknown as { schema: typeof ANSWER }
    const failure = await failureOf(loose.json('/x', request))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'no_schema'])
    expect(seen).toEqual([])
  })
})

describe('a redirect', () => {
  const redirectTo =
    (location: string | undefined, status = 301): RequestListener =>
    (_req, res) => {
      res.writeHead(status, location === undefined ? {} : { Location: location }).end()
    }

  test.each([
    ['/x/?code=hunter2#a', (origin: string) => `${origin}/x/`],
    ['https://user:hunter2@login.example/in?next=hunter2', () => 'https://login.example/in'],
    ['//other.example', () => 'https?://other.example/'],
    [
      `/in/${'eyJhbGciOiJSUzI1NiJ9.'.repeat(3)}x`,
      (origin: string) => `${origin}/in/\\[scrubbed\\]`,
    ],
    ['http://[bad?hunter2', () => 'http://\\[bad'],
  ])('[case 56] a redirect to %s is named in the log without its query', async (location, told) => {
    const { client, server } = await setUpApi(redirectTo(location))
    const failure = await failureOf(client.json('/x', { schema: ANSWER }))
    const { log, reason, status } = failure.details
    expect([failure.code, reason, status]).toEqual(['downstream_failed', 'unexpected_status', 301])
    expect(log?.['location']).toMatch(new RegExp(`^${told(server.origin)}$`))
    expect(log?.['hint']).toContain('API_BASE_URL')
    expect(failure.message).toMatch(/redirects the call \(HTTP 301\)/)
    expect(`${failure.message} ${JSON.stringify(failure.details)}`).not.toContain('hunter2')
  })

  test('[case 56] a redirect is bounded in the log', async () => {
    const { client } = await setUpApi(redirectTo(`/${'a b/'.repeat(2_000)}`))
    const { details } = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(String(details.log?.['location']).length).toBeLessThanOrEqual(200)
  })

  test.each([302, 303, 307])(
    '[case 56] a redirect by %i to a write does not say that the call was refused, since it may have taken effect',
    async (status) => {
      const { client } = await setUpApi(redirectTo('/done', status))
      const call = client.json('/x', { method: 'POST', json: {}, schema: ANSWER })
      const { message } = await failureOf(call)
      expect(message).not.toMatch(/refused/)
      expect(message).toMatch(/not known whether the call took effect/)
    },
  )

  test('[case 56] a redirect is none where an answer of that kind leads nowhere', async () => {
    const { client } = await setUpApi(redirectTo(undefined, 304))
    const { message, details } = await failureOf(client.json('/x', { schema: ANSWER }))
    expect(message).toBe('The API answered with HTTP 304, which this tool has no use for.')
    expect(details.log).not.toHaveProperty('location')
  })
})

describe('an outage in the middle of a call', () => {
  test.each([
    [500, 'POST', true],
    [502, 'PATCH', true],
    [504, 'POST', true],
    [500, 'PUT', false],
    [504, 'GET', false],
    [503, 'POST', false],
    [429, 'POST', false],
  ] as const)(
    '[case 55] an outage in the middle of a call of status %i to %s leaves open whether the call took effect: %s',
    async (status, method, open) => {
      const { client } = await setUpApi(json({}, status))
      const { message, code } = await failureOf(client.json('/x', { method, schema: ANSWER }))
      expect(code).toBe('downstream_unavailable')
      expect(message.includes('not known whether the call took effect')).toBe(open)
      expect(message.includes('Try again')).toBe(!open)
    },
  )

  test('[case 55] an outage in the middle of a call by time leaves it open as well', async () => {
    const { client } = await setUpApi(() => undefined, { timeoutMs: 50 })
    const { message, details } = await failureOf(client.fetch('/x', { method: 'POST', json: {} }))
    expect(details.reason).toBe('timed_out')
    expect(message).toMatch(/not known whether the call took effect/)
  })
})
