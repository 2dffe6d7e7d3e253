import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromJsonSchema } from '@modelcontextprotocol/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { InputSchemas } from '../../../src/openapi/input-schemas.js'
import type { OpenApiOperation } from '../../../src/openapi/operation.js'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'
import type { OpenApiReading } from '../../../src/openapi/reading.js'
import { EXAMPLES, GALAXY, readFile } from './readings.js'

const documentsIn = (folder: string): readonly string[] =>
  readdirSync(join(EXAMPLES, folder)).filter((name) => /\.(?:json|yaml)$/.test(name))

function schemasOf({ document }: OpenApiReading, operation: OpenApiOperation): InputSchemas {
  const body = operation.requestBody?.content.map(({ schema }) => schema) ?? []
  const sources = [...operation.parameters.map(({ schema }) => schema), ...body]
  return document?.toInputSchemas(sources) ?? { schemas: [], cut: 0, broken: [] }
}

/** Everything that was read but the lines, and all schemas. */
function withoutLines(reading: OpenApiReading) {
  const strip = (key: string, value: unknown): unknown => {
    if (key === 'line' || key === 'faultLine') return undefined
    return value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : value
  }
  const { document, operations, excluded, faults } = reading
  const schemas = operations.map((one) => schemasOf(reading, one))
  const about = { ...document, name: '' }
  return JSON.stringify({ about, operations, excluded, faults, schemas }, strip)
}

const KEYWORDS = new Set([
  ...['type', 'properties', 'required', 'items', 'additionalProperties', 'enum', 'description'],
  ...['format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minProperties', 'maxProperties', 'anyOf', 'allOf', 'not', 'default'],
])

/** What no client would accept in a schema. */
function doubts(schema: unknown, at = '#'): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [at]
  const {
    properties = {},
    items,
    additionalProperties,
    anyOf,
    allOf,
    type,
  } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>
    readonly items?: unknown
    readonly additionalProperties?: unknown
    readonly anyOf?: readonly unknown[]
    readonly allOf?: readonly unknown[]
    readonly type?: unknown
  }
  const inside = [items, additionalProperties, ...(anyOf ?? []), ...(allOf ?? [])]
  return [
    ...Object.keys(schema)
      .filter((key) => !KEYWORDS.has(key))
      .map((key) => `${at} ${key}`),
    ...Object.keys(properties).filter((key) => !/^[A-Za-z0-9_.-]{1,64}$/.test(key)),
    ...([type].flat().includes('array') && items === undefined ? [`${at} items`] : []),
    ...Object.entries(properties).flatMap(([key, value]) => doubts(value, `${at}/${key}`)),
    ...inside
      .filter((one) => one !== undefined && typeof one !== 'boolean')
      .flatMap((one, index) => doubts(one, `${at}/${index}`)),
  ]
}

describe('[openapi 14] the documents of oas-examples', () => {
  test('give the same in JSON and YAML, whichever of them was written first', () => {
    let documents = 0
    for (const folder of ['3.0/json', '3.0/yaml', '3.1/json', '3.1/yaml']) {
      for (const name of documentsIn(folder)) {
        const text = readFileSync(join(EXAMPLES, folder, name), 'utf8')
        const value = parse(text) as object
        const options = { name: 'api', missing: 'none' } as const
        const inJson = withoutLines(readOpenApi(JSON.stringify(value), options))
        const inYaml = withoutLines(readOpenApi(stringify(value), options))
        expect(inYaml === inJson, `${folder}/${name}`).toBe(true)
        expect(withoutLines(readOpenApi(text, options)) === inJson, `${folder}/${name}`).toBe(true)
        // As people write it: the status codes as numbers.
        const plain = stringify(value).replace(/^( *)"(\d{3})":/gm, '$1$2:')
        expect(withoutLines(readOpenApi(plain, options)) === inJson, `${folder}/${name}`).toBe(true)
        documents += 1
      }
    }
    expect(documents).toBeGreaterThan(100)
  })

  test('of 2.0 are refused with the line that converts them', () => {
    const names = documentsIn('2.0/json')
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const { document, faults } = readFile(join(EXAMPLES, '2.0/json', name))
      expect(document).toBeUndefined()
      expect(faults).toMatchObject([
        {
          message: `${name} is Swagger 2.0. This server reads OpenAPI 3.0, 3.1 and 3.2`,
          cure: `Convert it once: npx swagger2openapi ${name} -o openapi3.json`,
        },
      ])
    }
  })

  test('have each operation either read or left out with a reason, a cure and a line', () => {
    for (const version of ['3.0', '3.1']) {
      for (const name of documentsIn(`${version}/yaml`)) {
        const path = join(EXAMPLES, version, 'yaml', name)
        const { operations, excluded } = readFile(path, { missing: 'none' })
        const text = JSON.stringify(readOpenApi(readFileSync(path), { name }).operations)
        expect(text).not.toContain('[object')
        for (const one of operations) expect(one.line, name).toBeGreaterThan(0)
        for (const one of excluded) {
          expect(one.faultLine, name).toBeGreaterThan(0)
          expect(`${one.reason} ${one.cure}`).toMatch(/\w+ \w+/)
        }
      }
    }
  })

  test('have schemas that compile, and that clients accept', () => {
    for (const version of ['3.0', '3.1']) {
      for (const name of documentsIn(`${version}/json`)) {
        const reading = readFile(join(EXAMPLES, version, 'json', name), { missing: 'none' })
        for (const operation of reading.operations) {
          for (const { schema } of schemasOf(reading, operation).schemas) {
            expect(doubts(schema), `${name} ${operation.path}`).toEqual([])
            expect(() =>
              fromJsonSchema({ type: 'object', properties: { it: schema } }),
            ).not.toThrow()
          }
        }
      }
    }
  })

  test('hide what is read-only from a request', () => {
    const reading = readFile(join(EXAMPLES, '3.0/json/schema-visibility.json'), { missing: 'none' })
    const texts = reading.operations.map((one) => JSON.stringify(schemasOf(reading, one).schemas))
    expect(texts.join('')).not.toMatch(/read_?only/i)
    expect(texts.join('')).toContain('propWithWriteOnly')
    expect(reading.operations.length).toBeGreaterThan(0)
  })
})

describe('[openapi 16] documents with circles', () => {
  test.each(['schema-circular', 'circular', 'circular-paths', 'circular-request-bodies'])(
    'give schemas that are serialisable and bounded: %s',
    (name) => {
      const path = join(EXAMPLES, `3.0/json/${name}.json`)
      const reading = readFile(path, { missing: 'none' })
      expect(reading.operations.length + reading.excluded.length).toBeGreaterThan(0)
      for (const operation of reading.operations) {
        const text = JSON.stringify(schemasOf(reading, operation).schemas.map((one) => one.schema))
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384)
      }
    },
  )
})

test('the galaxy gives the same in JSON and YAML', () => {
  const [json, yaml] = ['3.1.json', '3.1.yaml'].map((name) => readFile(join(GALAXY, name)))
  expect(json?.operations.length).toBeGreaterThan(5)
  expect(json && withoutLines(json)).toBe(yaml && withoutLines(yaml))
})

describe('any value', () => {
  const keys = fc.constantFrom(
    ...[
      'type',
      'properties',
      'items',
      'allOf',
      'anyOf',
      'oneOf',
      'enum',
      'required',
      '$ref',
      'format',
    ],
    ...['additionalProperties', 'nullable', 'pattern', 'minimum', '__proto__', 'prefixItems', 'a'],
  )
  const leaf = fc.oneof(
    fc.constantFrom('object', 'array', 'string', 'null', '#/components/schemas/A', '#', 'x'),
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
    ),
  }))

  test('as a schema is converted into one that clients accept, or reported', () => {
    fc.assert(
      fc.property(value, value, (schema, component) => {
        const content = { 'application/json': { schema } }
        const reading = readOpenApi(
          {
            ...{ openapi: '3.1.0', security: [], components: { schemas: { A: component } } },
            paths: { '/a': { post: { requestBody: { content } } } },
          },
          { name: 'api' },
        )
        const [operation] = reading.operations
        if (operation === undefined) throw new Error('the operation was left out')
        for (const one of schemasOf(reading, operation).schemas) {
          expect(doubts(one.schema)).toEqual([])
          expect(() =>
            fromJsonSchema({ type: 'object', properties: { it: one.schema } }),
          ).not.toThrow()
        }
      }),
      { numRuns: 500 },
    )
  })

  test('as a document, or a part of one, is read or told, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('paths', 'security', 'components', 'servers', 'tags', 'info'),
        value,
        value,
        (key, part, operation) => {
          const document = {
            openapi: '3.2.0',
            paths: { '/a': operation, '/b': { get: part } },
            [key]: part,
          }
          const { operations, excluded } = readOpenApi(document, { name: 'api' })
          expect(operations.length + excluded.length).toBeLessThan(50)
        },
      ),
      { numRuns: 500 },
    )
  })
})
