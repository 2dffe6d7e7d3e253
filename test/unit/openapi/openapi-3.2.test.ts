import { describe, expect, test } from 'vitest'
import { readFile, readPaths, told } from './readings.js'

const FIXTURES = new URL('../../fixtures/openapi/', import.meta.url).pathname

describe('[openapi 19] OpenAPI 3.2', () => {
  const reading = readFile(`${FIXTURES}library-3.2.yaml`)

  test('has QUERY and methods of its own, in the order of the document', () => {
    expect(reading.operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'QUERY /books',
      'GET /books',
      'COPY /books',
    ])
    expect(told(reading)).toEqual([])
  })

  test('leaves out methods that have a place of their own, or that no client sends', () => {
    expect(reading.excluded).toMatchObject([
      { method: 'POST', kind: 'fault', code: 'method', line: 34 },
      { method: 'CONNECT', kind: 'unsupported', code: 'method', line: 35 },
    ])
  })

  test('has a whole query as one parameter, items of streams, and references by $self', () => {
    const [search, list] = reading.operations
    expect(list?.parameters).toMatchObject([
      {
        name: 'filter',
        in: 'querystring',
        content: { mediaType: 'application/x-www-form-urlencoded' },
      },
    ])
    const item = search?.responses[0]?.content[0]?.itemSchema
    expect(reading.document?.toInputSchemas([item]).schemas[0]?.schema).toEqual({
      type: 'object',
      properties: { title: { type: 'string' } },
    })
  })

  test('has security schemes by URI, and scopes of the device flow', () => {
    expect(reading.operations[0]?.security.alternatives).toEqual([
      {
        api: ['books:read'],
        schemes: ['#/components/securitySchemes/device'],
        pointer: '#/security/0',
      },
    ])
    expect(reading.document?.securitySchemes[0]?.scopes.get('books:read')).toBe('Read the books')
  })

  test('does not count in a document of 3.1', () => {
    const item = { query: {}, additionalOperations: { COPY: {} }, get: {} }
    expect(readPaths({ '/a': item }).operations.map(({ method }) => method)).toEqual(['GET'])
  })
})
