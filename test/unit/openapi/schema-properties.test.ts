import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSafeName, safeName } from '../../../src/openapi/safe-name.js'
import { toWireValue } from '../../../src/openapi/wire-names.js'
import { convert, convertAll, objectOf } from './converted.js'

describe('properties', () => {
  test('that are read-only are left out of a request, also where another part requires them', () => {
    const schemas = {
      Id: { type: 'string', readOnly: true },
      Base: objectOf({ id: { $ref: '#/components/schemas/Id' } }),
    }
    const schema = {
      allOf: [
        { $ref: '#/components/schemas/Base' },
        objectOf({ name: {} }, { required: ['id', 'name'] }),
      ],
    }
    expect(convert(schema, { schemas })).toEqual(objectOf({ name: {} }, { required: ['name'] }))
    const password = objectOf(
      { a: { writeOnly: true }, b: { readOnly: true } },
      { required: ['a', 'b'] },
    )
    expect(convert(password, { direction: 'response' })).toEqual(
      objectOf({ b: {} }, { required: ['b'] }),
    )
  })

  test('that are required and not described are added', () => {
    expect(convert({ type: 'object', required: ['a', 'a', 1] })).toEqual(
      objectOf({ a: {} }, { required: ['a'] }),
    )
  })

  test('have safe names, and their values go back under the names of the API', () => {
    const schema = objectOf(
      {
        ...{
          $filter: { type: 'string' },
          filter: {},
          'page[size]': {},
          __proto__x: {},
          ['a'.repeat(70)]: {},
        },
        list: { items: objectOf({ '@type': {} }, { required: ['@type'] }) },
      },
      { required: ['$filter'], additionalProperties: objectOf({ 'ä b': {} }) },
    )
    const { schema: converted, names } = convertAll(schema).schemas[0] ?? {}
    expect(Object.keys((converted?.['properties'] ?? {}) as object)).toEqual([
      ...['filter', 'filter_2', 'page_size', '__proto__x', 'a'.repeat(64), 'list'],
    ])
    expect(converted).toMatchObject({
      required: ['filter'],
      properties: { list: { items: { required: ['type'] } } },
    })
    const value = {
      filter: 1,
      filter_2: 2,
      page_size: 3,
      list: [{ type: 4, other: 5 }],
      more: { a_b: 6 },
    }
    expect(toWireValue(value, names)).toEqual({
      ...{ $filter: 1, filter: 2, 'page[size]': 3 },
      ...{ list: [{ '@type': 4, other: 5 }], more: { 'ä b': 6 } },
    })
  })

  test('have one name in all branches', () => {
    const schema = {
      oneOf: [objectOf({ $a: {} }), objectOf({ a: {} }), objectOf({ $a: {}, a: {} })],
    }
    const { schema: converted, names } = convertAll(schema).schemas[0] ?? {}
    expect(converted).toEqual({
      anyOf: [objectOf({ a: {} }), objectOf({ a_2: {} }), objectOf({ a: {}, a_2: {} })],
    })
    expect(toWireValue({ a: 1, a_2: 2 }, names)).toEqual({ $a: 1, a: 2 })
  })

  test('called __proto__ are renamed, and harmless', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{}}}',
    ) as unknown
    const { schema: converted, names } = convertAll(schema).schemas[0] ?? {}
    expect(converted).toEqual(objectOf({ proto: { type: 'string' }, constructor: {} }))
    const wire = toWireValue({ proto: 'x' }, names)
    expect([Object.keys(wire as object), Object.getPrototypeOf(wire)]).toEqual([
      ['__proto__'],
      Object.prototype,
    ])
  })

  test('get names that are safe and distinct, whatever they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 90 })), (wires) => {
        const taken = new Set<string>()
        for (const wire of wires) {
          const name = safeName(wire, (one) => taken.has(one))
          expect(isSafeName(name) && !taken.has(name)).toBe(true)
          taken.add(name)
        }
      }),
    )
  })
})
