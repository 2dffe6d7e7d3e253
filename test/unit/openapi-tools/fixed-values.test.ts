import { describe, expect, test } from 'vitest'
import { documentOf, documentWith, onlyTool, setUpCalls, toolsOf } from './called-tools.js'

type Json = Readonly<Record<string, unknown>>

const FREE = { type: 'object', additionalProperties: { type: 'string' } }

/** A tool with some parameters, of which those named in `fixed` are not the model's to give. */
function toolWith(parameters: readonly Json[], fixed: Json, more: Json = {}) {
  return onlyTool(
    { ...documentOf({ parameters }), ...more },
    { curation: { 'GET /things': { fixed } } },
  )
}

describe('a value that the operator fixes', () => {
  test.each([
    [{ 'filter[owner]': 'me' }, 'filter[owner]', { style: 'deepObject' }, { owner: 'you' }],
    [{ 'filter[owner]': 'me' }, 'filter[owner]', { style: 'deepObject' }, { OWNER: 'you' }],
    [{ limit: '1' }, 'limit', { explode: true }, { limit: '9' }],
    [{ limit: '1' }, 'limit', { explode: true }, { Limit: '9' }],
    [{ limit: '1' }, 'limit', { explode: true }, { 'limit[]': '9' }],
  ])(
    'cannot be given a second time by a member of another argument: %j',
    async (fixed, name, how, filter) => {
      const { server, seen, call } = await setUpCalls()
      const tool = toolWith(
        [
          { name, in: 'query', schema: { type: 'string' } },
          { name: 'filter', in: 'query', schema: FREE, ...how },
        ],
        fixed,
      )
      await expect(call(tool, { filter })).rejects.toMatchObject({ code: 'invalid_argument' })
      expect(seen).toHaveLength(0)
      await server.close()
    },
  )

  test('cannot be given a second time in a query that is described as a whole', async () => {
    const { server, seen, call } = await setUpCalls()
    const content = { 'application/x-www-form-urlencoded': { schema: FREE } }
    const tool = toolWith(
      [
        { name: 'tenant', in: 'query', schema: { type: 'string' } },
        { name: 'all', in: 'querystring', content },
      ],
      { tenant: 'ours' },
      { openapi: '3.2.0' },
    )
    await expect(call(tool, { all: { tenant: 'theirs' } })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    expect(seen).toHaveLength(0)
    await server.close()
  })

  test('is the only header of that name, however path and operation write it', async () => {
    const { server, seen, call } = await setUpCalls()
    const schema = { type: 'string' }
    const tool = onlyTool(
      documentWith({
        '/things': {
          parameters: [{ name: 'X-Tenant', in: 'header', schema }],
          get: { parameters: [{ name: 'x-tenant', in: 'header', schema }] },
        },
      }),
      { curation: { 'GET /things': { fixed: { 'x-tenant': 'ours' } } } },
    )
    const { properties } = tool.inputSchema['~standard'].jsonSchema.input({
      target: 'draft-2020-12',
    })
    expect(properties).toEqual({})
    await call(tool)
    expect(seen[0]?.headers['x-tenant']).toBe('ours')
    await server.close()
  })

  test('is not null: the model would be asked for one', () => {
    const parameters = [{ name: 'tenant', in: 'query', schema: { type: 'string' } }]
    expect(() => toolWith(parameters, { tenant: null })).toThrow('must be a value, and not null')
  })
})

describe('a number', () => {
  const body = { content: { 'application/json': { schema: {} } } }

  test.each([
    ['{"id":9007199254740993}', 'too many digits'],
    ['{"list":[{"id":-9007199254740993}]}', 'too many digits'],
    ['{"amount":1e400}', 'a number that is too large'],
  ])('in a body that would reach the API as another is refused: %s', async (text, problem) => {
    const { server, seen, call } = await setUpCalls()
    const tool = onlyTool(documentOf({ requestBody: body }, { method: 'post' }))
    await expect(call(tool, { body: JSON.parse(text) as unknown })).rejects.toThrow(problem)
    expect(seen).toHaveLength(0)
    await server.close()
  })

  test('in a body is sent as it is where it is exact or an amount', async () => {
    const { server, seen, call } = await setUpCalls()
    const tool = onlyTool(documentOf({ requestBody: body }, { method: 'post' }))
    await call(tool, { body: [9007199254740991, 1e21, 0.1, -5] })
    expect(seen[0]?.body).toBe('[9007199254740991,1e+21,0.1,-5]')
    await server.close()
  })

  test('in a query that JSON cannot hold is refused', async () => {
    const { server, seen, call } = await setUpCalls()
    const tool = onlyTool(documentOf({ parameters: [{ name: 'n', in: 'query', schema: {} }] }))
    await expect(call(tool, { n: JSON.parse('1e400') as unknown })).rejects.toThrow('too large')
    expect(seen).toHaveLength(0)
    await server.close()
  })
})

describe('a header of the document', () => {
  test.each(['X_HTTP_Method_Override', 'X_Forwarded_For', 'Transfer_Encoding'])(
    'that servers read as one that is not a caller’s to set is left out: %s',
    (name) => {
      const { report } = toolsOf(
        documentOf({ parameters: [{ name, in: 'header', schema: { type: 'string' } }] }),
      )
      expect(report.tools[0]?.arguments).toEqual([])
      expect(report.tools[0]?.notes).toHaveLength(1)
    },
  )

  test('that says how answers are encoded is ours, and not an argument', async () => {
    const { server, seen, call } = await setUpCalls()
    const schema = { type: 'string' }
    const tool = onlyTool(
      documentOf({
        parameters: [{ name: 'accept-Encoding', in: 'header', required: true, schema }],
      }),
    )
    await call(tool)
    expect(seen[0]?.headers['accept-encoding']).toContain('gzip')
    await server.close()
  })
})

test.each(['read write', 'read\r\nX: y', ''])(
  'A scope of this server that is none leaves its operation out, with the place: %j',
  (scope) => {
    const { excluded } = toolsOf(documentOf({ 'x-mcp': { serverScopes: ['ok', scope] } }))
    expect(excluded).toMatchObject([
      { code: 'scope', kind: 'fault', pointer: '#/paths/~1things/get' },
    ])
  },
)
