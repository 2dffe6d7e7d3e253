import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/openapi/json.js'
import { after, applied, overlay } from './applied-overlays.js'

describe('a hostile overlay', () => {
  test('cannot reach the prototypes of objects', () => {
    const update = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    ) as Json
    const root = after({ a: {} }, { target: '$.a', update })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.hasOwn(root?.['a'] as object, '__proto__')).toBe(true)
    expect(after({ a: {} }, { target: '$.a.constructor', update })).toEqual({ a: {} })
  })

  test('cannot make a document that doubles with each action', () => {
    const actions = Array.from({ length: 60 }, () => ({ target: '$.a', copy: '$.a' }))
    const { root, faults } = applied({ a: [1, 2, 3] }, overlay(actions))
    expect(root).toBeUndefined()
    expect(faults[0]?.code).toBe('overlay')
  })

  test('cannot make a document that gets deeper with each action', () => {
    const actions = Array.from({ length: 300 }, () => ({ target: '$..a', copy: '$' }))
    const { root, faults } = applied({ a: {} }, overlay(actions))
    expect(root).toBeUndefined()
    expect(faults[0]?.message).toMatch(/deep|values|work/)
  })

  test('is bounded as a document is: aliases, depth, size', () => {
    const bomb = `overlay: 1.0.0\na: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
      .split('')
      .map((key, index) => `${key}: &${key} [${`*${'abcdefg'[index] ?? ''}, `.repeat(10)}]`)
      .join('\n')}\n`
    const { root, faults } = applied({ a: 1 }, { name: 'o.yaml', document: bomb })
    expect(root).toBeUndefined()
    expect(faults[0]).toMatchObject({ code: 'too_large', source: 'o.yaml' })
  })
})

const DOCUMENT = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })) as fc.Arbitrary<
  Record<string, Json>
>

describe('for any document', () => {
  test('an action that selects nothing changes nothing', () => {
    fc.assert(
      fc.property(DOCUMENT, (document) => {
        const action = { target: "$['no such member'].below", update: { a: 1 } }
        expect(after(document, action)).toEqual(JSON.parse(JSON.stringify(document)))
      }),
    )
  })

  test('what is handed in stays as it is', () => {
    fc.assert(
      fc.property(DOCUMENT, DOCUMENT, (document, update) => {
        const before = JSON.stringify(document)
        const { given } = applied(
          document,
          overlay([
            { target: '$', update },
            { target: '$.*', remove: true },
          ]),
        )
        expect(JSON.stringify(document)).toBe(before)
        expect(JSON.stringify(given)).toBe(JSON.stringify(JSON.parse(before)))
      }),
    )
  })

  test('what an update has added can be removed again', () => {
    fc.assert(
      fc.property(DOCUMENT, fc.jsonValue(), (document, value) => {
        fc.pre(!Object.hasOwn(document, 'x-added'))
        const actions = [
          { target: '$', update: { 'x-added': value as Json } },
          { target: "$['x-added']", remove: true },
        ]
        expect(after(document, ...actions)).toEqual(JSON.parse(JSON.stringify(document)))
      }),
    )
  })
})
