import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { USER_AGENT } from '../../../src/version.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { json } from '../answer-json.js'
import { failureOf } from '../outcomes.js'

describe('a call', () => {
  test("a call carries the exchanged token and our name, and gives the API's validated JSON", async () => {
    const { client, seen } = await setUpApi(json({ msg: 'hello', more: 1 }))
    expect(await client.json('/api/private', { schema: ANSWER })).toEqual({ msg: 'hello' })
    expect(seen).toMatchObject([
      {
        method: 'GET',
        url: '/api/private',
        headers: {
          authorization: 'Bearer exchanged.token',
          accept: 'application/json',
          'user-agent': USER_AGENT,
        },
        body: '',
      },
    ])
  })

  test('a call sends method, query, headers and JSON as the handler says', async () => {
    const { client, seen } = await setUpApi(json({ msg: 'made' }, 201))
    const query = { q: 'a&b=c', page: '2' }
    const made = await client.json('/things/{kind}', {
      params: { kind: 'new' },
      method: 'POST',
      query,
      headers: { 'X-Request-Kind': 'test', Accept: 'application/hal+json' },
      json: { name: '\u00e4' },
      schema: ANSWER,
    })
    expect(made).toEqual({ msg: 'made' })
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/things/new?q=a%26b%3Dc&page=2',
        headers: {
          'content-type': 'application/json',
          'x-request-kind': 'test',
          accept: 'application/hal+json',
        },
        body: '{"name":"\u00e4"}',
      },
    ])
  })

  test('a call carries the trace of the request that caused it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { client, seen } = await setUpApi(undefined, { trace: { traceparent, baggage: 'a=b' } })
    await client.fetch('/x')
    expect(seen).toMatchObject([{ headers: { traceparent, baggage: 'a=b' } }])
  })

  test('a call by fetch gives whatever the API answers', async () => {
    const { client } = await setUpApi(json({ error: 'teapot' }, 418))
    const response = await client.fetch('/x')
    expect(response.status).toBe(418)
    expect(await response.json()).toEqual({ error: 'teapot' })
  })

  test('a call asks for the token anew each time, so that its source decides', async () => {
    const { client, asked } = await setUpApi()
    await client.fetch('/a')
    await client.fetch('/b')
    expect(asked).toHaveLength(2)
  })

  test('a call fails as the exchange failed, without a request', async () => {
    const refused = new OnBehalfOfError('consent_required')
    const { client, seen } = await setUpApi(undefined, {
      tokens: { token: () => Promise.reject(refused), renew: () => Promise.reject(refused) },
    })
    expect(await failureOf(client.fetch('/x'))).toBe(refused)
    expect(seen).toEqual([])
  })
})

describe('a path', () => {
  test.each([
    ['x', '/api', '/api/x'],
    ['/x', '/api', '/api/x'],
    ['/x', '/api/', '/api/x'],
    ['/x', '', '/x'],
    ['/x', '/', '/x'],
    ['/@evil.example', '', '/@evil.example'],
    ['@evil.example', '', '/@evil.example'],
    ['/\u00e4', '', '/%C3%A4'],
    ['/a%20b', '', '/a%20b'],
    ['/a:b', '', '/a:b'],
    ["/Things(7)/Default.Find(x='y',z=1)", '', "/Things(7)/Default.Find(x='y',z=1)"],
  ])('a path of %j below %j is called as %s', async (path, basePath, url) => {
    const { loose, seen } = await setUpApi(undefined, { basePath })
    await loose.fetch(path)
    expect(seen.map((request) => request.url)).toEqual([url])
  })

  test.each([
    ['/things/', '/api/things/'],
    ['/', '/api/'],
    ['', '/api/'],
  ])(
    'a path of %j, which ends with an empty segment, is called as %s where params are given',
    async (path, url) => {
      const { loose, seen } = await setUpApi(undefined, { basePath: '/api' })
      await loose.fetch(path, { params: {} })
      expect(seen.map((request) => request.url)).toEqual([url])
    },
  )

  test.each([
    'http://evil.example/',
    'https://evil.example',
    'HTTP://evil.example/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '/http://evil.example/',
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    '\\evil',
    '..',
    '/..',
    '../admin',
    '/../admin',
    '/../apis',
    '/../api2/x',
    '/a/../../admin',
    '/a/../b',
    '/a/./b',
    '/a//b',
    '/a/',
    '/',
    '',
    '/%2e%2e/admin',
    '/.%2E/admin',
    '/a%2fb',
    '/a%5cb',
    './../admin',
    '/x\n',
    '/x\r\nHost: evil.example',
    '\t/x',
    '/x\u0000',
    '/x y',
    '/x\u007f',
    '/x\u0085',
    '/x\ud800',
    '/x#fragment',
    '/x?c=d',
    '/a;b',
    '/{',
    '/{}',
    '/{a b}',
    '/{id}',
    ' //evil.example',
  ])('a path that is none is refused before a token is asked for: %j', async (path) => {
    const { loose, seen, asked } = await setUpApi(undefined, { basePath: '/api' })
    const failure = await failureOf(loose.fetch(path))
    expect(failure.code).toBe('misconfigured')
    expect([seen, asked]).toEqual([[], []])
  })
})

describe('a method', () => {
  test.each(['delete', 'Get', 'PATCH ', 'CONNECT', 'TRACE', 'PROPFIND', '', null, 7])(
    'a method that is none of the six is refused before a token is asked for: %j',
    async (method) => {
      const { loose, seen, asked } = await setUpApi()
      const failure = await failureOf(loose.fetch('/x', { method }))
      expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'method'])
      expect([seen, asked]).toEqual([[], []])
    },
  )

  test.each(['GET', 'HEAD'])('%s is refused with a body', async (method) => {
    const { loose, seen } = await setUpApi()
    const failure = await failureOf(loose.fetch('/x', { method, json: {} }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'json_body'])
    expect(seen).toEqual([])
  })
})

describe('a header', () => {
  test.each([
    'authorization',
    'Authorization',
    'COOKIE',
    'Host',
    'DPoP',
    'Proxy-Authorization',
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Upgrade',
    'Forwarded',
    'TE',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'X-Original-URL',
    'X-Rewrite-URL',
  ])('a header that is not the handler’s to set is refused: %s', async (name) => {
    const { client, seen, asked } = await setUpApi()
    const failure = await failureOf(client.fetch('/x', { headers: { [name]: 'x' } }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'forbidden_header'])
    expect([seen, asked]).toEqual([[], []])
  })

  test.each([
    ['a value with a line break', { 'x-note': 'a\r\nauthorization: b' }],
    ['a name with a space', { 'authorization ': 'b' }],
    ['a name with a line break', { 'x\r\nauthorization': 'b' }],
  ])('a header that is none is refused: %s', async (_what, headers) => {
    const { client, seen } = await setUpApi()
    const failure = await failureOf(client.fetch('/x', { headers }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'invalid_header'])
    expect(seen).toEqual([])
  })
})
