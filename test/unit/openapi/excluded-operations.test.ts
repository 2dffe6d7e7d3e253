import { describe, expect, test } from 'vitest'
import { ID, readPaths, reasonsOf } from './readings.js'

const readOperation = (operation: Readonly<Record<string, unknown>>, path = '/things') =>
  readPaths({ [path]: { post: operation } })

describe('an operation is left out', () => {
  test.each([
    ['/a/{id}', {}, 'path_parameter: {id} of the path is not declared as a parameter'],
    [
      '/a/{ids}',
      { parameters: [ID, { ...ID, name: 'id' }] },
      'path_parameter: {ids} of the path is not declared as a parameter. Did you mean id?',
    ],
    ['a', {}, 'path: a does not begin with a slash'],
    [
      '/a?x={id}',
      { parameters: [ID] },
      'path: /a?x={id} has a query or a fragment, and is no path',
    ],
    ['/a#b', {}, 'path: /a#b has a query or a fragment, and is no path'],
    ['/a/{id', {}, 'path: /a/{id has braces that hold no name'],
    ['/a/{}', {}, 'path: /a/{} has braces that hold no name'],
    ['/a/../b', {}, 'path: /a/../b has a dot segment'],
    ['/a/%2E%2e/b', {}, 'path: /a/%2E%2e/b has a dot segment'],
    ['/a', { parameters: [{ name: 'b', in: 'body' }] }, 'parameter: The parameter b is in body'],
    [
      '/a',
      { parameters: [{ name: 'b', in: 'query', style: 'matrix' }] },
      'parameter: The parameter b has the style matrix, which a query parameter cannot have',
    ],
    ['/a', { parameters: [{ in: 'query' }] }, 'structure: The name is not a text'],
    [
      '/a',
      { parameters: [{ $ref: '#/components/parameters/No' }] },
      'reference: #/components/parameters/No does not exist',
    ],
    [
      '/a',
      { parameters: [{ $ref: 'common.yaml#/id' }] },
      'reference: common.yaml#/id is not fetched',
    ],
    [
      '/a',
      { requestBody: { $ref: '#/paths/constructor' } },
      'reference: #/paths/constructor does not exist',
    ],
    ['/a', { requestBody: { $ref: '#/__proto__' } }, 'reference: #/__proto__ does not exist'],
    ['/a', { requestBody: { $ref: '#' } }, 'reference: # is the whole document'],
    [
      '/a',
      { requestBody: { $ref: '#/openapi' } },
      'reference: #/openapi leads to a text, not to an object',
    ],
    [
      '/a',
      { requestBody: { $ref: '#/paths/~1a/post/requestBody' } },
      'reference: #/paths/~1a/post/requestBody leads back to itself',
    ],
    [
      '/a',
      { requestBody: { $ref: '#/paths%2F~1a/post' } },
      'structure: The content of the body is not an object',
    ],
    ['/a', { requestBody: { $ref: '#/%zz' } }, 'reference: #/%zz is no JSON pointer'],
    [
      '/a',
      { requestBody: { required: true, content: {} } },
      'body: The body is required, and no media type says what it is',
    ],
    [
      '/a',
      { servers: [{ url: 'https://{x}' }] },
      'structure: The variable {x} of a server has no default',
    ],
    ['/a', { servers: {} }, 'structure: servers is not a list'],
    ['/a', { 'x-internal': 'yes' }, 'extension: x-internal is not true or false'],
    ['/a', { 'x-mcp': 'no' }, 'extension: x-mcp is not true, false or an object'],
    ['/a', { 'x-mcp': { enabled: 'no' } }, 'extension: x-mcp.enabled is not true or false'],
    [
      '/a',
      { 'x-mcp': { scope: ['a'] } },
      'extension: x-mcp has an unknown member scope. Did you mean scopes?',
    ],
    ['/a', { 'x-mcp': { scopes: ['a b'] } }, 'scope: POST /a: "a b" is no scope: it has a space'],
    [
      '/a',
      { 'x-mcp': { annotations: { readOnlyHint: 1 } } },
      'extension: x-mcp.annotations.readOnlyHint is not true or false',
    ],
  ])('at %s with %j', (path, operation, reason) => {
    const reading = readOperation(operation, path)
    expect(reading.operations).toEqual([])
    expect(reasonsOf(reading)).toEqual([reason])
  })

  test('with a body that clients do not send, and as TRACE', () => {
    const body = { content: { 'text/plain': {} } }
    const reading = readPaths({ '/a': { get: { requestBody: body }, trace: {} } })
    expect(reading.excluded).toMatchObject([
      { method: 'GET', kind: 'unsupported', code: 'body' },
      { method: 'TRACE', kind: 'unsupported', code: 'method' },
    ])
  })

  test('with all that have the same operationId', () => {
    const reading = readPaths({
      '/a': { get: { operationId: 'x' } },
      '/b': { put: { operationId: 'x' }, get: {} },
    })
    expect(reading.operations.map(({ path, method }) => `${method} ${path}`)).toEqual(['GET /b'])
    expect(reasonsOf(reading)).toEqual([
      'duplicate_operation_id: PUT /b has the operationId x too',
      'duplicate_operation_id: GET /a has the operationId x too',
    ])
  })

  test('with all whose paths differ in the names of their parameters only', () => {
    const get = { parameters: [ID] }
    const reading = readPaths({ '/a/{id}': { get, put: get }, '/a/{name}': { get } })
    expect(reading.operations.map(({ method }) => method)).toEqual(['PUT'])
    expect(reasonsOf(reading)).toEqual([
      'path: /a/{id} and /a/{name} differ in the names of their parameters only',
      'path: /a/{name} and /a/{id} differ in the names of their parameters only',
    ])
  })
})
