import { describe, expect, test } from 'vitest'
import type { OpenApiReading } from '../../../src/openapi/reading.js'
import { ID, readPaths, told } from './readings.js'

describe('the document as a whole', () => {
  test('tells a path that leads nowhere as a fault: nobody knows its operations', () => {
    const reading = readPaths({
      '/a': { $ref: 'paths/a.yaml' },
      '/b': 1,
      '/c': { $ref: '#/paths/~1c' },
    })
    expect(reading.faults).toMatchObject([
      {
        severity: 'fault',
        code: 'reference',
        line: 5,
        message: 'paths/a.yaml is not fetched',
        cure: 'Bundle the document: npx @redocly/cli bundle api.json -o bundled.yaml',
      },
      { severity: 'fault', code: 'structure', line: 8, message: 'A path is not an object' },
      {
        severity: 'fault',
        code: 'reference',
        line: 9,
        message: '#/paths/~1c leads back to itself',
      },
    ])
  })

  test('tells broken references that no operation is left out for as warnings, examples not among them', () => {
    const schema = { $ref: '#/components/schemas/Boook' }
    const example = { $ref: '#/nowhere' }
    const get = { responses: { '200': { content: { 'application/json': { schema, example } } } } }
    const reading = readPaths({ '/a': { get } }, { components: { schemas: { Book: {} } } })
    expect(reading.operations).toHaveLength(1)
    expect(reading.faults).toMatchObject([
      {
        severity: 'warning',
        message: '#/components/schemas/Boook does not exist. Did you mean Book?',
      },
    ])
  })

  test('tells parameters that the path does not have, and those that are declared twice', () => {
    const q = { name: 'q', in: 'query' }
    expect(told(readPaths({ '/things': { post: { parameters: [ID, q, q] } } }))).toEqual([
      'parameter 8: The path has no {id}: the parameter is ignored',
      'parameter 19: The parameter q is declared twice in the same list: the first counts',
    ])
  })

  test('may have names like those of JavaScript objects', () => {
    const reading = readPaths({
      '/a': {
        get: { operationId: 'constructor', tags: ['__proto__'], security: [{ constructor: [] }] },
        put: { operationId: 'toString' },
      },
    })
    expect(reading.operations.map(({ operationId }) => operationId)).toEqual(['toString'])
    expect(reading.excluded).toMatchObject([{ code: 'security_scheme', tags: ['__proto__'] }])
  })

  test('of 10,000 operations is read whole, each with its line', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`/a${i}`, { get: {} }]),
    )
    const { operations } = readPaths(paths)
    expect(operations).toHaveLength(10_000)
    expect(operations.at(-1)?.line).toBe(4 + 3 * 10_000 - 1)
  })

  test('gives the same whether its operations are reordered', () => {
    const get = { summary: 'x' }
    const first = readPaths({ '/a': { get, put: {} }, '/b': { get } })
    const second = readPaths({ '/b': { get }, '/a': { put: {}, get } })
    const bare = ({ operations }: OpenApiReading) =>
      operations.map((one) => JSON.stringify({ ...one, line: 0 })).sort()
    expect(bare(first)).toEqual(bare(second))
  })
})
