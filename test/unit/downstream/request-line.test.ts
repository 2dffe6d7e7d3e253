import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DownstreamMethod } from '../../../src/downstream/downstream-request.js'
import { parsePathTemplate } from '../../../src/downstream/path-template.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { setUpApi } from '../downstream-api.js'
import { OTHER_PATHS } from './other-paths.js'

/** What a model may choose, and what it may choose to break out. */
const value = fc.oneof(
  fc.constantFrom(...OTHER_PATHS.map(([, text]) => text)),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('.', '/', '\\', ';', '?', '#', '%', '%2e', '%2f', '%25', '2e', '%u002e'),
        fc.constantFrom(
          '\uff0e',
          '\u2024',
          '\u200b',
          '\u2044',
          '%c0%af',
          ' ',
          '\t',
          '\0',
          'members',
        ),
        fc.string({ unit: 'binary', maxLength: 2 }),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 12 }),
  fc.double(),
  fc.integer(),
)

const TEMPLATES = [
  '/projects/{a}/members',
  '/projects/{a}',
  '/projects/{a}/members/{b}',
  '/{a}/{b}',
  '/files/{a}.json',
  '/files/{a}-{b}/raw/',
] as const
const METHODS: readonly DownstreamMethod[] = ['GET', 'DELETE', 'PUT', 'POST', 'PATCH']

describe('whatever the values', () => {
  test('[S0] the request line that a server gets has the segments of the template, also for one that decodes and normalises', async () => {
    const { client, seen } = await setUpApi(undefined, { basePath: '/v1' })
    let called = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TEMPLATES),
        fc.constantFrom(...METHODS),
        fc.record({ a: value, b: value }),
        async (text, method, { a, b }) => {
          const template = parsePathTemplate(text)
          const params = Object.fromEntries(
            Object.entries({ a, b }).filter(([name]) => template.names.includes(name)),
          )
          seen.length = 0
          try {
            await client.fetch(template, { method, params })
          } catch (error) {
            expect(error).toBeInstanceOf(OnBehalfOfError)
            expect(seen).toEqual([])
            return
          }
          called += 1
          const line = seen[0]
          expect([seen.length, line?.method]).toEqual([1, method])
          const expected = text
            .slice(1)
            .replace(/\{(\w)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
          expect(line?.url).toBe(`/v1/${expected}`)
          expect(shapeOf(sloppily(line?.url ?? ''), text)).toBe(true)
        },
      ),
      { numRuns: 1_500 },
    )
    expect(called).toBeGreaterThan(100)
  })
})

/** As the most helpful of servers reads a path: everything decoded, to the end; everything that looks alike is alike. */
function sloppily(url: string): string {
  let path = url
  for (let round = 0; round < 12; round += 1) {
    path = Buffer.from(path.normalize('NFKC').replace(/[\u200b-\u200f\u00ad\ufeff\u2060]/g, ''))
      .toString('latin1')
      .replace(/%u00([\da-f]{2})/gi, '%$1')
      .replace(/%c0%([\dab])([\da-f])/gi, (_, high: string, low: string) =>
        String.fromCharCode(Number.parseInt(high + low, 16) & 0x3f),
      )
      .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    path = Buffer.from(path, 'latin1').toString('utf8')
  }
  return path
    .replaceAll('\\', '/')
    .replace(/[?#][^]*/, '')
    .replace(/\0[^]*/, '')
    .replace(/;[^/]*/g, '')
}

/** Whether a path, with dot segments resolved, still has the literal segments of a template in their places. */
function shapeOf(path: string, template: string): boolean {
  const given = path.split('/').slice(2)
  const wanted = template.split('/').slice(1)
  const last = wanted.length - 1
  return (
    given.length === wanted.length &&
    wanted.every((segment, index) => {
      const there = given[index] ?? ''
      if (segment === '' && index === last) return there === ''
      if (/^[.\s]*$/.test(there)) return false
      return segment.includes('{') || there === segment
    })
  )
}
