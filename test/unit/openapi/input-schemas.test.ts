import { describe, expect, test } from 'vitest'
import { convert, objectOf } from './converted.js'

describe('a schema of 3.0', () => {
  const openapi = '3.0.3'

  test.each([
    [
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 1 },
    ],
    [
      { type: 'number', maximum: 1, exclusiveMaximum: false },
      { type: 'number', maximum: 1 },
    ],
    [
      { type: 'string', example: 'x', xml: {}, externalDocs: {}, 'x-mcp-header': 'X' },
      { type: 'string' },
    ],
    [{ type: 'file' }, { type: 'string' }],
    [{ type: 'string', nullable: true }, { type: 'string' }],
  ])('%j becomes %j', (schema, converted) => {
    expect(convert(schema, { openapi })).toEqual(converted)
  })

  test('may be null where it is required, and where the option says so', () => {
    const schema = objectOf(
      {
        a: { type: 'string', nullable: true, enum: ['x', null, 'x'] },
        b: { type: 'string', nullable: true },
      },
      { required: ['a'] },
    )
    const a = { type: ['string', 'null'], enum: ['x', null] }
    const [b, nullableB] = [{ type: 'string' }, { type: ['string', 'null'] }]
    expect(convert(schema, { openapi })).toMatchObject({ properties: { a, b } })
    expect(convert(schema, { openapi, optionalNulls: true })).toMatchObject({
      properties: { a, b: nullableB },
    })
  })

  test('has what people write beside a reference, as far as it describes', () => {
    const schema = objectOf({
      a: { $ref: '#/components/schemas/A', description: 'Mine', maxLength: 1 },
    })
    const schemas = { A: { type: 'string', description: 'Of all' } }
    expect(convert(schema, { openapi, schemas })).toEqual(
      objectOf({ a: { type: 'string', description: 'Mine' } }),
    )
    expect(convert(schema, { schemas })).toEqual(
      objectOf({ a: { type: 'string', description: 'Mine', maxLength: 1 } }),
    )
  })
})

describe('a schema of 3.1', () => {
  test.each([
    [{ type: ['string', 'null'] }, { type: 'string' }],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: 'string' }],
    [
      { oneOf: [{ type: 'string' }, { type: 'integer' }] },
      { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    ],
    [{ type: ['string', 'integer'] }, { type: ['string', 'integer'] }],
    [{ const: 'x' }, { enum: ['x'] }],
    [
      { type: 'string', enum: ['a', 'b', 'a'] },
      { type: 'string', enum: ['a', 'b'] },
    ],
    [{ type: 'array' }, { type: 'array', items: {} }],
    [
      { type: 'array', items: true },
      { type: 'array', items: {} },
    ],
    [
      { prefixItems: [{ type: 'string' }, { type: 'integer' }] },
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
    ],
    [
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'date-time' },
    ],
    [
      { type: 'string', format: 'iban' },
      { type: 'string', description: 'Format: iban.' },
    ],
    [{ type: 'integer', format: 'int64' }, { type: 'integer' }],
    [
      { type: 'string', format: 'byte' },
      { type: 'string', description: 'In base64.' },
    ],
    [
      { type: 'string', pattern: '^[a-z]+$' },
      { type: 'string', pattern: '^[a-z]+$' },
    ],
    [
      { type: 'string', pattern: '[\\w-.]' },
      { type: 'string', description: 'Pattern: [\\w-.]' },
    ],
    [
      { type: 'string', pattern: '(', minLength: -1, maxLength: '3', minimum: 'x' },
      { type: 'string', description: 'Pattern: (' },
    ],
    [
      { type: 'thing', description: 'A\nthing', deprecated: true },
      { description: 'A thing Deprecated.' },
    ],
    [{ properties: { a: false, b: true } }, { type: 'object', properties: { b: {} } }],
    [
      { type: 'object', additionalProperties: false, patternProperties: { a: {} } },
      { type: 'object' },
    ],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
    [
      { type: 'object', if: {}, then: {}, not: {}, $comment: 'x', $id: 'x', $defs: {} },
      { type: 'object' },
    ],
    [true, {}],
  ])('%j becomes %j', (schema, converted) => {
    expect(convert(schema)).toEqual(converted)
  })
})

describe('allOf', () => {
  test('is merged: properties, what is required, and the narrower bounds', () => {
    const schemas = {
      Base: objectOf(
        { id: { type: 'string', maxLength: 9 } },
        { required: ['id'], additionalProperties: false },
      ),
    }
    const schema = {
      allOf: [
        { $ref: '#/components/schemas/Base' },
        objectOf({ name: { type: 'string' }, id: { maxLength: 5 } }, { required: ['name'] }),
      ],
    }
    expect(convert(schema, { schemas })).toEqual(
      objectOf(
        { id: { type: 'string', maxLength: 5 }, name: { type: 'string' } },
        { required: ['id', 'name'] },
      ),
    )
  })

  test('keeps several unions beside each other', () => {
    const union = (...types: string[]) => ({ anyOf: types.map((type) => ({ type })) })
    const schema = { allOf: [union('string', 'integer'), union('string', 'boolean')] }
    expect(convert(schema)).toEqual({
      ...union('string', 'integer'),
      allOf: [union('string', 'boolean')],
    })
  })
})
