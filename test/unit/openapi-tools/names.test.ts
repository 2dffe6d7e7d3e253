import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isToolName } from '../../../src/openapi-tools/names.js'
import { documentWith, toolsOf } from './called-tools.js'
import { thrownBy } from '../outcomes.js'

type Named = Readonly<Record<string, string>>

function documentNaming(ids: Readonly<Record<string, string | undefined>>) {
  const paths = Object.entries(ids).map(([path, operationId]) => [path, { get: { operationId } }])
  return documentWith(Object.fromEntries(paths) as object as Readonly<Record<string, unknown>>)
}

function namesOf(
  ids: Readonly<Record<string, string | undefined>>,
  options: Parameters<typeof toolsOf>[1] = {},
): Named {
  const { report } = toolsOf(documentNaming(ids), options)
  return Object.fromEntries(report.tools.map(({ name, operation }) => [operation.path, name]))
}

describe('the name of a tool', () => {
  test.each([
    ['createBooking', 'createBooking'],
    ['create-booking', 'create_booking'],
    ['repos/get', 'repos_get'],
    ['2fa', 'get_2fa'],
    ['取得', 'get_a_id'],
    [undefined, 'get_a_id'],
    ['été', 'ete'],
  ])('comes from the operationId, or from method and path: %j', (id, expected) => {
    expect(namesOf({ '/a/id': id })['/a/id']).toBe(expected)
  })

  test('that is too long is cut, with a suffix that tells it from others', () => {
    const long = 'x'.repeat(60)
    const names = Object.values(namesOf({ '/a': `${long}1`, '/b': `${long}2` }))
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(name).toMatch(/^x{41}_[\da-f]{6}$/)
  })

  test('[openapi 17] does not depend on the order of the operations, nor on one that is added', () => {
    const id = fc.constantFrom('a/b', 'a-b', 'a_b', 'c', 'C', '', '9', 'd.d', 'x'.repeat(70))
    const ids = fc.uniqueArray(fc.tuple(id, fc.integer({ min: 0, max: 30 })), {
      selector: ([one]) => one,
      maxLength: 8,
    })
    fc.assert(
      fc.property(ids, fc.nat(), (given, seed) => {
        const entries = given.map(
          ([one, at]) => [`/p${at}/${one.length}`, one || undefined] as const,
        )
        const shuffled = [...entries].sort(
          ([a], [b]) => ((a.length * (seed % 7)) % 5) - ((b.length * (seed % 7)) % 5),
        )
        const names = namesOf(Object.fromEntries(entries))
        expect(namesOf(Object.fromEntries(shuffled))).toEqual(names)
        for (const name of Object.values(names)) expect(isToolName(name)).toBe(true)
        expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length)
        const more = namesOf({ ...Object.fromEntries(entries), '/added': 'brandNew' })
        expect(more).toMatchObject(names)
      }),
      { numRuns: 60 },
    )
  })

  test('[openapi 17] that is an operationId as it stands is kept, also if another operation comes to the same', () => {
    const names = namesOf({ '/a': 'get_it', '/b': 'get-it', '/c': 'get/it' })
    expect(names['/a']).toBe('get_it')
    expect(names['/b']).toMatch(/^get_it_[\da-f]{6}$/)
    expect(names['/c']).toMatch(/^get_it_[\da-f]{6}$/)
    expect(namesOf({ '/c': 'get/it', '/a': 'get_it', '/b': 'get-it' })).toEqual(names)
  })

  test('is never that of a tool of the server', () => {
    expect(namesOf({ '/me': 'whoami' }, { reservedNames: ['whoami'] })['/me']).toMatch(
      /^whoami_[\da-f]{6}$/,
    )
  })

  test('that somebody wrote down and that is taken, or that is none, is a fault', () => {
    const ids = { '/a': 'a', '/b': 'b', '/c': 'c' }
    const curation = { a: { name: 'same' }, b: { name: 'same' }, c: { name: 'no name' } }
    const message = String(thrownBy(() => namesOf(ids, { curation })))
    expect(message).toContain('GET /b is named same, which another operation has as its name too')
    expect(message).toContain('GET /c is named no name, which is no name of a tool')
  })
})
