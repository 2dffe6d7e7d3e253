import { describe, expect, test } from 'vitest'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'
import { documentWith, ID, readPaths, reasonsOf } from './readings.js'

describe('an operation', () => {
  test('has parameters of its path and its own, which win, with the defaults of their places', () => {
    const own = [
      { name: 'q', in: 'query', style: 'pipeDelimited', schema: {} },
      { name: 'X-A', in: 'header' },
    ]
    const shared = [
      ID,
      { name: 'q', in: 'query', required: true },
      { name: 'Accept', in: 'header' },
    ]
    const [operation] = readPaths({
      '/a/{id}': { parameters: shared, get: { parameters: own } },
    }).operations
    expect(operation?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, style: 'simple', explode: false },
      { name: 'q', in: 'query', required: false, style: 'pipeDelimited', explode: false },
      { name: 'X-A', in: 'header', required: false, style: 'simple', explode: false },
    ])
  })

  test('has the servers of the nearest level, with the defaults of their variables', () => {
    const servers = [
      {
        url: 'https://{host}:{port}/v1',
        variables: { host: { default: 'a' }, port: { default: 8443 } },
      },
    ]
    const { operations } = readPaths(
      { '/a': { servers: [{ url: '/b' }], get: { servers }, put: {} }, '/c': { get: {} } },
      { servers: [{ url: '/d' }] },
    )
    expect(operations.map((one) => [one.servers.level, one.servers.servers[0]?.url])).toEqual([
      ['operation', 'https://a:8443/v1'],
      ['path', '/b'],
      ['document', '/d'],
    ])
  })

  test('has the path that a reference leads to', () => {
    const reading = readPaths({ '/a': { $ref: '#/paths/~1b' }, '/b': { get: { summary: 'B' } } })
    expect(reading.operations.map(({ path, summary }) => [path, summary])).toEqual([
      ['/a', 'B'],
      ['/b', 'B'],
    ])
  })

  test('does not concern the others when it is left out', () => {
    const reading = readPaths({ '/a': { get: { parameters: 1 }, put: null, post: {} } })
    expect(reading.operations.map(({ method }) => method)).toEqual(['POST'])
    expect(reasonsOf(reading)).toEqual([
      'structure: parameters is not a list',
      'structure: The operation is not an object',
    ])
    expect(reading.excluded[0]).toMatchObject({
      line: 6,
      faultLine: 7,
      faultPointer: '#/paths/~1a/get/parameters',
    })
  })
})

describe('extensions', () => {
  const enabledOf = (operation: Readonly<Record<string, unknown>>, path = {}, root = {}) =>
    readPaths({ '/a': { ...path, get: operation } }, root).operations[0]?.enabled

  test('of the operation win over its path, and those over the document', () => {
    expect(enabledOf({}, {}, { 'x-mcp': false })).toBe(false)
    expect(enabledOf({}, { 'x-mcp': true }, { 'x-mcp': false })).toBe(true)
    expect(enabledOf({ 'x-mcp': { enabled: false } }, { 'x-mcp': true })).toBe(false)
    expect(enabledOf({ 'x-speakeasy-mcp': { disabled: true } }, { 'x-mcp': true })).toBe(false)
    expect(enabledOf({}, {}, { 'x-mcp': { protocolVersion: '2025-06-18' } })).toBeUndefined()
  })

  test('name and describe a tool, x-mcp first', () => {
    const operation = {
      'x-mcp': { toolName: 'a', annotations: { readOnlyHint: true }, confirm: false, icons: [] },
      'x-speakeasy-mcp': { name: 'b', title: 'B', idempotentHint: true, scopes: ['mounted'] },
    }
    const document = documentWith({ ...operation, security: [] })
    const [read] = readOpenApi(document, { name: 'api' }).operations
    expect(read?.curation).toEqual({
      ...{ name: 'a', title: 'B', description: undefined, serverScopes: undefined, confirm: false },
      annotations: { readOnlyHint: true, idempotentHint: true },
    })
    expect(read?.security.public).toBe(true)
  })

  test('mark what is internal', () => {
    const { operations } = readPaths({
      '/a': { 'x-internal': true, get: {} },
      '/b': { get: { 'x-internal': true }, put: {} },
    })
    expect(operations.map(({ internal }) => internal)).toEqual([true, true, false])
  })
})
