import { describe, expect, test } from 'vitest'
import { convert, convertAll, objectOf } from './converted.js'

describe('a schema that does not fit', () => {
  const Node = objectOf({ name: { type: 'string' }, next: { $ref: '#/components/schemas/Node' } })

  test('because it contains itself is cut where it begins again', () => {
    const { schemas, cut } = convertAll(
      { $ref: '#/components/schemas/Node' },
      { schemas: { Node } },
    )
    expect(cut).toBe(1)
    expect(schemas[0]?.schema).toEqual(
      objectOf({
        name: { type: 'string' },
        next: { type: 'object', description: 'Node again, of the same form as around it.' },
      }),
    )
  })

  test('because it is deep becomes an open object or list below eight levels', () => {
    const deep = (levels: number): unknown =>
      levels === 0 ? { type: 'string' } : objectOf({ a: deep(levels - 1) })
    const { schemas, cut } = convertAll(deep(10))
    expect(cut).toBe(1)
    expect(JSON.stringify(schemas[0]?.schema)).toContain(
      '"a":{"type":"object","description":"What is in it is not described."}',
    )
    expect(convertAll(deep(8)).cut).toBe(0)
    const list = objectOf({ a: { type: 'array', items: objectOf({ b: {} }) } })
    expect(convert(list, { maxDepth: 1 })).toEqual(
      objectOf({ a: { type: 'array', description: 'What is in it is not described.', items: {} } }),
    )
  })

  test('because it is wide and refers to others of the kind stays within its bytes, and ends', () => {
    const names = Array.from({ length: 40 }, (_, i) => `S${i}`)
    const each = objectOf(
      Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }])),
    )
    const schemas = Object.fromEntries(names.map((name) => [name, { ...each, title: name }]))
    const result = convertAll(each, { schemas })
    expect(Buffer.byteLength(JSON.stringify(result.schemas[0]?.schema))).toBeLessThanOrEqual(16_384)
    expect(result.cut).toBeGreaterThan(0)
  })

  test('is never larger than it may be, in bytes', () => {
    const level = (depth: number): unknown =>
      depth === 0
        ? { type: 'string', description: 'ä'.repeat(20) }
        : objectOf({ a: level(depth - 1), b: level(depth - 1) })
    for (let maxBytes = 100; maxBytes < 3_000; maxBytes += 100) {
      const { schemas } = convertAll(level(4), { maxBytes })
      expect(Buffer.byteLength(JSON.stringify(schemas[0]?.schema))).toBeLessThanOrEqual(maxBytes)
    }
  })

  test('loses words before it loses parts', () => {
    const text = 'word '.repeat(200)
    const schema = objectOf(
      Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'string', description: text }]),
      ),
    )
    const { schemas, cut } = convertAll(schema)
    expect(cut).toBe(0)
    expect(Object.keys((schemas[0]?.schema['properties'] ?? {}) as object)).toHaveLength(40)
    expect(Buffer.byteLength(JSON.stringify(schemas[0]?.schema))).toBeLessThanOrEqual(16_384)
  })

  test('at all is open, and says so', () => {
    const schema = { enum: Array.from({ length: 5_000 }, (_, i) => `value ${i}`) }
    expect(convertAll(schema)).toMatchObject({
      cut: 1,
      schemas: [{ schema: { description: 'Too large to be described.' } }],
    })
  })

  test('because a reference leads nowhere is reported, wherever it stands', () => {
    const schema = objectOf({
      a: { items: { $ref: '#/components/schemas/No' } },
      b: { $ref: 'b.json' },
    })
    expect(convertAll(schema).broken.map(({ reason }) => reason)).toEqual([
      '#/components/schemas/No does not exist',
      'b.json is not fetched',
    ])
  })

  test('because references go round in a circle is reported', () => {
    const schemas = { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } }
    expect(convertAll({ $ref: '#/components/schemas/A' }, { schemas }).broken).toHaveLength(1)
    expect(
      convertAll(
        { allOf: [{ $ref: '#/components/schemas/A' }] },
        { schemas: { A: { allOf: [{ $ref: '#/components/schemas/A' }] } } },
      ).cut,
    ).toBe(1)
  })
})
