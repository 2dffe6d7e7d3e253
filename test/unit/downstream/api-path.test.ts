import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveApiPath } from '../../../src/downstream/api-path.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'

const BASES = ['https://api.example', 'https://api.example/v1', 'http://127.0.0.1:8787/a/b/'].map(
  (href) => new URL(href),
)
const base = fc.constantFrom(...BASES)

/** What a model or a careless handler may put together. */
const fragment = fc.oneof(
  fc.constantFrom('..', '.', '/', '//', '\\', '%2e%2e', '%2F', '%5c', '@', ':', '?', '#', ';', '&'),
  fc.constantFrom('http://evil.example', 'https:', 'evil.example', '@evil.example', 'javascript:'),
  fc.constantFrom('\t', '\n', '\r', ' ', '\u0000', '\u2028', '\uff0f', '\u2024\u2024'),
  fc.string({ maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const path = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(''))

describe('resolveApiPath', () => {
  test('resolveApiPath never leads out of the API, whatever the path', () => {
    fc.assert(
      fc.property(base, path, (baseUrl, given) => {
        let url: URL
        try {
          url = resolveApiPath(baseUrl, { path: given }).url
        } catch (error) {
          expect(error).toBeInstanceOf(OnBehalfOfError)
          return
        }
        expect(url.origin).toBe(baseUrl.origin)
        expect([url.username, url.password, url.hash]).toEqual(['', '', ''])
        const below = `${baseUrl.pathname.replace(/\/+$/, '')}/`
        expect(url.pathname.startsWith(below)).toBe(true)
        const segments = decoded(url.pathname).split(/[\\/]/)
        for (const dots of ['.', '..']) expect(segments).not.toContain(dots)
        expect(segments.slice(1)).not.toContain('')
      }),
      { numRuns: 5_000 },
    )
  })

  test('resolveApiPath takes every path of plain segments as it is', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/)
    fc.assert(
      fc.property(base, fc.array(segment, { minLength: 1, maxLength: 5 }), (baseUrl, segments) => {
        const plain = segments.join('/')
        const expected = `${baseUrl.href.replace(/\/+$/, '')}/${plain}`
        expect(resolveApiPath(baseUrl, { path: plain }).url.href).toBe(expected)
        const slashed = { path: `/${plain}` }
        expect(resolveApiPath(baseUrl, slashed).url.href).toBe(expected)
      }),
    )
  })

  test('resolveApiPath puts a query in so that nothing in it can be anything else', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 })
    fc.assert(
      fc.property(base, fc.dictionary(text, text, { maxKeys: 4 }), (baseUrl, query) => {
        const { url } = resolveApiPath(baseUrl, { path: '/x', query })
        expect(Object.fromEntries(url.searchParams)).toEqual({ ...query })
        expect(url.pathname.endsWith('/x')).toBe(true)
        expect([url.origin, url.hash]).toEqual([baseUrl.origin, ''])
      }),
    )
  })

  test('resolveApiPath leaves the base as it was', () => {
    const given = new URL('https://api.example/v1')
    resolveApiPath(given, { path: '/x', query: { a: 'b' } })
    expect(given.href).toBe('https://api.example/v1')
  })
})

/** As servers read a path that decode and cut path parameters before they look for `..`. */
function decoded(pathname: string): string {
  const once = pathname.replace(/%(?:2e|2f|5c|3b)/gi, (escaped) => decodeURIComponent(escaped))
  return once.replace(/;[^/]*/g, '')
}
