import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPlainSegment } from '../../../src/downstream/plain-segment.js'
import { documentOf, firstArgumentOf, onlyTool, setUpCalls } from './called-tools.js'

type Pairs = readonly (readonly [string, string])[]

const NAMES = ['color', 'page[size]', '$filter', 'a b', 'ü', "it's"]
const PARTS = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const PLAIN = PARTS.filter((text) => isPlainSegment(text) && isPlainSegment(`${text}=${text}`))
const QUERY_PARTS = fc.string({ unit: 'grapheme', maxLength: 12 })

interface Case {
  readonly style: string
  readonly explode: boolean
  readonly value: unknown
}

function cases(styles: readonly string[], part: fc.Arbitrary<string>): fc.Arbitrary<Case> {
  return fc.record({
    style: fc.constantFrom(...styles),
    explode: fc.boolean(),
    value: fc.oneof(
      part,
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(part, part), {
          minLength: 1,
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map((entries) => Object.fromEntries(entries) as unknown),
    ),
  })
}

/** A value as texts, the members of an object as pairs. */
function partsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value)
    ? (value as string[])
    : Object.entries(value as Record<string, string>).flat()
}

function decodedAll(texts: readonly string[]): readonly string[] {
  return texts.map((text) => decodeURIComponent(text))
}

/** Reads a path segment by its style, as RFC 6570 has it. */
function readSegment(
  raw: string,
  name: string,
  { style, explode, value }: Case,
): readonly string[] {
  const isObject = typeof value === 'object' && !Array.isArray(value)
  if (style === 'simple') {
    return decodedAll(explode && isObject ? raw.split(/[,=]/) : raw.split(','))
  }
  if (style === 'label') {
    expect(raw.startsWith('.')).toBe(true)
    const rest = raw.slice(1)
    return [rest]
  }
  const pieces = raw.slice(1).split(';')
  expect(raw.startsWith(';')).toBe(true)
  return pieces.flatMap((piece) => {
    const at = piece.indexOf('=')
    const key = decodeURIComponent(piece.slice(0, at))
    const text = piece.slice(at + 1)
    if (explode && isObject) return [key, decodeURIComponent(text)]
    expect(key).toBe(name)
    return decodedAll(text.split(','))
  })
}

/** Reads the query by the style of its only parameter. */
function readQuery(pairs: Pairs, name: string, { style, explode, value }: Case): readonly string[] {
  const isObject = typeof value === 'object' && !Array.isArray(value)
  if (style === 'deepObject' && isObject) {
    return pairs.flatMap(([key, text]) => {
      const decoded = decodeURIComponent(key)
      expect(decoded.startsWith(`${name}[`) && decoded.endsWith(']')).toBe(true)
      return [decoded.slice(name.length + 1, -1), decodeURIComponent(text)]
    })
  }
  if (explode && isObject) {
    return pairs.flatMap(([key, text]) => [decodeURIComponent(key), decodeURIComponent(text)])
  }
  for (const [key] of pairs) expect(decodeURIComponent(key)).toBe(name)
  if (explode || typeof value === 'string') return decodedAll(pairs.map(([, text]) => text))
  const separator = { spaceDelimited: '%20', pipeDelimited: '%7C' }[style] ?? ','
  return decodedAll((pairs[0]?.[1] ?? '').split(separator))
}

describe('the raw request line', () => {
  test('[openapi 20] has exactly the given values at exactly the path of the template, whatever the style', async () => {
    const { call, seen } = await setUpCalls()
    const given = cases(['simple', 'label', 'matrix'], PLAIN)
    await fc.assert(
      fc.asyncProperty(given, fc.constantFrom(...NAMES), async (one, name) => {
        const { style, explode, value } = one
        const parameters = [{ name, in: 'path', required: true, style, explode, schema: {} }]
        const tool = onlyTool(documentOf({ parameters }, { path: `/a/{${name}}/z` }))
        const argument = firstArgumentOf(tool)
        const before = seen.length
        const refused = await call(tool, { [argument]: value }).then(
          () => false,
          () => true,
        )
        // What only becomes unplain when it is put together is refused, and nothing was sent.
        if (refused) {
          expect(seen.length).toBe(before)
          return
        }
        const segments = (seen.at(-1)?.url ?? '').split('/')
        expect([segments.length, segments[1], segments[3]]).toEqual([4, 'a', 'z'])
        const raw = segments[2] ?? ''
        if (style === 'label') {
          // A dot within a value cannot be told from a delimiter by anybody: compare what was written.
          const [rest = ''] = readSegment(raw, name, one)
          expect(rest).toBe(labelText(one))
        } else expect(readSegment(raw, name, one)).toEqual(partsOf(value))
      }),
      { numRuns: 300 },
    )
  })

  test('[openapi 20] has exactly the given values in the query, whatever the style', async () => {
    const { call, seen } = await setUpCalls()
    const given = cases(['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'], QUERY_PARTS)
    await fc.assert(
      fc.asyncProperty(
        given,
        fc.constantFrom(...NAMES),
        fc.boolean(),
        async (one, name, allowReserved) => {
          const { style, explode, value } = one
          const parameters = [{ name, in: 'query', style, explode, allowReserved, schema: {} }]
          const tool = onlyTool(documentOf({ parameters }))
          const argument = firstArgumentOf(tool)
          const before = seen.length
          const refused = await call(tool, { [argument]: value }).then(
            () => false,
            (error: unknown) => String(error),
          )
          if (refused !== false) {
            expect(refused).toMatch(
              /which separates the items|is a list, and has|another parameter/,
            )
            expect(seen.length).toBe(before)
            return
          }
          const [path, query = '', ...more] = (seen.at(-1)?.url ?? '').split('?')
          const rest = [query, ...more].join('?')
          expect(path).toBe('/things')
          const pairs = rest.split('&').map((pair) => {
            const at = pair.indexOf('=')
            return [pair.slice(0, at), pair.slice(at + 1)] as const
          })
          expect(readQuery(pairs, name, one)).toEqual(partsOf(value))
        },
      ),
      { numRuns: 500 },
    )
  })
})

function labelText({ explode, value }: Case): string {
  const encode = (text: string): string => encodeURIComponent(text)
  if (typeof value === 'string') return encode(value)
  if (Array.isArray(value)) return (value as string[]).map(encode).join(explode ? '.' : ',')
  const entries = Object.entries(value as Record<string, string>)
  return explode
    ? entries.map((pair) => pair.map(encode).join('=')).join('.')
    : entries.flat().map(encode).join(',')
}
