import { describe, expect, test } from 'vitest'
import { parsePathTemplate, StyledPathValue } from '../../../src/downstream/path-template.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf, failureThrownBy } from '../outcomes.js'

describe('a body that is not JSON', () => {
  test.each<[string, string | Uint8Array]>([
    ['text/plain; charset=utf-8', 'a text'],
    ['application/x-www-form-urlencoded', 'a=1&b=2'],
    ['application/octet-stream', new TextEncoder().encode('bytes')],
  ])('a body of the type %s is sent as it is', async (contentType, content) => {
    const { client, seen } = await setUpApi()
    await client.fetch('/x', { method: 'POST', body: { contentType, content } })
    expect(seen[0]?.headers['content-type']).toBe(contentType)
    expect(seen[0]?.body).toBe(
      typeof content === 'string' ? content : new TextDecoder().decode(content),
    )
  })

  test.each([
    ['beside json', { method: 'POST', json: 1, body: { contentType: 'a/b', content: 'x' } }],
    ['of a GET', { body: { contentType: 'a/b', content: 'x' } }],
    ['of a HEAD', { method: 'HEAD', body: { contentType: 'a/b', content: 'x' } }],
    ['without a type', { method: 'POST', body: { content: 'x' } }],
    ['with an empty type', { method: 'POST', body: { contentType: '', content: 'x' } }],
    ['without content', { method: 'POST', body: { contentType: 'a/b' } }],
    ['that is a text', { method: 'POST', body: 'x' }],
    ['that is null', { method: 'POST', body: null }],
    [
      'whose type breaks the line',
      { method: 'POST', body: { contentType: 'a/b\r\nX: y', content: 'x' } },
    ],
  ])('a body %s is refused before the API is called', async (_what, request) => {
    const { loose, seen } = await setUpApi()
    const { code } = await failureOf(loose.fetch('/x', request))
    expect(code).toBe('misconfigured')
    expect(seen).toEqual([])
  })
})

describe('a query that is encoded already', () => {
  test.each(['', 'a=1', 'a=1&a=2', 'a=%20b&c', 'f[k]=v', 'a=b:c/d?e', 'a|b', 'q=%27x'])(
    'the query "%s" is sent as it is',
    async (query) => {
      const { client, seen } = await setUpApi()
      await client.fetch('/x', { query })
      expect(seen[0]?.url).toBe(query === '' ? '/x' : `/x?${query}`)
    },
  )

  test.each(['a b', 'a=1#b', 'a=é', 'a=%', 'a=%2', 'a=\n', 'a="', 'a=<', "a='", '\ta=1', 'a=1 '])(
    'the query %j has a character that is not encoded, and is refused',
    async (query) => {
      const { client, seen } = await setUpApi()
      const { code, details } = await failureOf(client.fetch('/x', { query }))
      expect([code, details.reason]).toEqual(['misconfigured', 'query_value'])
      expect(seen).toEqual([])
    },
  )
})

describe('a value of a path that has several parts', () => {
  const template = parsePathTemplate('/colors/{color}/x')
  const list = (...parts: string[]): StyledPathValue =>
    new StyledPathValue(
      parts.flatMap((part, index) =>
        index === 0 ? [{ part }] : [{ delimiter: ',' as const }, { part }],
      ),
    )

  test('the parts are encoded, and what is between them is not', () => {
    expect(template.fill({ color: list('a,b', 'c d', 'é') })).toBe('colors/a%2Cb,c%20d,%C3%A9/x')
  })

  test('the styles label and matrix keep their delimiters', () => {
    const label = new StyledPathValue([
      { delimiter: '.' },
      { part: 'a' },
      { delimiter: '.' },
      { part: 'b' },
    ])
    const matrix = new StyledPathValue([
      ...([{ delimiter: ';' }, { part: 'color' }, { delimiter: '=' }, { part: 'blue' }] as const),
    ])
    expect(template.fill({ color: label })).toBe('colors/.a.b/x')
    expect(template.fill({ color: matrix })).toBe('colors/;color=blue/x')
  })

  test.each([
    ['a part that is empty', list('a', '')],
    ['a part of dots', list('a', '..')],
    ['a part with a slash', list('a/b')],
    ['a part with an encoded slash', list('a%2Fb')],
    ['a part with a semicolon', list('a;b')],
    ['no part', new StyledPathValue([])],
    ['dots alone', new StyledPathValue([{ delimiter: '.' }, { delimiter: '.' }])],
    ['a semicolon alone', new StyledPathValue([{ delimiter: ';' }])],
    [
      'dots behind a semicolon',
      new StyledPathValue([{ delimiter: ';' }, { delimiter: '.' }, { delimiter: '.' }]),
    ],
  ])('a value with %s is refused', (_what, color) => {
    expect(failureThrownBy(() => template.fill({ color })).code).toBe('invalid_argument')
  })
})
