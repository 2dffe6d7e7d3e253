import { describe, expect, test } from 'vitest'
import { thrownBy } from '../outcomes.js'
import { documentOf, issuesText, onlyTool, setUpCalls, toolsOf } from './called-tools.js'

function inputOf(tool: ReturnType<typeof onlyTool>) {
  return tool.inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
}

async function issuesOf(tool: ReturnType<typeof onlyTool>, args: unknown): Promise<string> {
  const { issues } = await tool.inputSchema['~standard'].validate(args)
  return issuesText(issues ?? [])
}

const TOOL = onlyTool(
  documentOf(
    {
      parameters: [
        { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
        { name: 'state', in: 'query', required: true, schema: { enum: ['open', 'closed'] } },
        {
          name: 'slow',
          in: 'query',
          schema: { type: 'string', pattern: '^(a+)+$', format: 'uuid' },
        },
      ],
      requestBody: {
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, tags: { items: { type: 'string' } } },
            },
          },
        },
      },
    },
    { method: 'post' },
  ),
)

describe('the arguments of a tool', () => {
  test.each([
    [{}, 'state: is missing'],
    [{ state: 'open', limt: 1 }, 'limt: is no argument of this tool: did you mean limit?'],
    [{ state: 'open', limit: 'x' }, 'limit: must be integer'],
    [{ state: 'open', limit: 101 }, 'limit: must be <= 100'],
    [{ state: 'gone' }, 'state: must be one of "open", "closed"'],
    [{ state: 'open', body: { name: 'x', tags: ['a', 2] } }, 'body.tags.1: must be string'],
    [{ state: 'open', body: {} }, "body: must have required property 'name'"],
    ['x', ': must be an object'],
    [null, ': must be an object'],
    [[], ': must be an object'],
    [JSON.parse('{"state":"open","__proto__":{"a":1}}'), '__proto__: is no argument of this tool'],
    [{ state: 'open', constructor: 1 }, 'constructor: is no argument of this tool'],
  ])('that are wrong are told by name: %j', async (args, expected) => {
    expect(await issuesOf(TOOL, args)).toBe(expected)
  })

  test('that are huge or deep end in a short text, at once', async () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    expect(await issuesOf(TOOL, { state: 'open', body: deep })).toBe(': is nested too deeply')
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`n${n}`, n]))
    expect((await issuesOf(TOOL, many)).length).toBeLessThan(1_000)
    const tags = Array.from({ length: 100_000 }, () => 1)
    const text = await issuesOf(TOOL, { state: 'open', body: { name: 'x', tags } })
    expect(text).toBe('body.tags.0: must be string')
  })

  test('are not checked by the patterns of the document, which may take for ever', async () => {
    expect(await issuesOf(TOOL, { state: 'open', slow: `${'a'.repeat(50_000)}!` })).toBe('')
  })

  test('that are optional and null are left out, as clients send them', async () => {
    const { call, seen } = await setUpCalls()
    await call(TOOL, { state: 'open', limit: null, body: null })
    expect(seen[0]).toMatchObject({ url: '/things?state=open', body: '' })
  })

  test('of one name in several places are told apart, and so is one that is called body', () => {
    const named = (place: string) => ({ name: 'id', in: place, required: true, schema: {} })
    const tool = onlyTool(
      documentOf(
        {
          parameters: [
            named('path'),
            named('query'),
            named('header'),
            { name: 'body', in: 'query', schema: {} },
            { name: 'page[size]', in: 'query', schema: {} },
          ],
          requestBody: { content: { 'application/json': { schema: {} } } },
        },
        { path: '/things/{id}', method: 'post' },
      ),
    )
    const schema = inputOf(tool)
    expect(Object.keys(schema['properties'] as object).sort()).toEqual(
      ['body', 'body_query', 'id_header', 'id_path', 'id_query', 'page_size'].sort(),
    )
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(JSON.stringify(schema)).not.toContain('$ref')
  })

  test('that can have one value only, or that are fixed, are sent and not asked for', async () => {
    const { call, seen } = await setUpCalls()
    const document = documentOf({
      operationId: 'one',
      parameters: [
        { name: 'v', in: 'query', required: true, schema: { type: 'string', enum: ['2'] } },
        { name: 'force', in: 'query', schema: { type: 'boolean', enum: [true] } },
        { name: 'X-Tenant', in: 'header', required: true, schema: { type: 'string' } },
      ],
    })
    const tool = onlyTool(document, { curation: { one: { fixed: { 'X-Tenant': 'ours' } } } })
    expect(Object.keys(inputOf(tool)['properties'] as object)).toEqual(['force'])
    await call(tool, {})
    expect(seen[0]).toMatchObject({ url: '/things?v=2', headers: { 'x-tenant': 'ours' } })
    await expect(call(tool, { 'X-Tenant': 'theirs' })).rejects.toThrow('is no argument')
  })

  test.each([
    [{ 'X-Tennant': 'a' }, 'has no argument X-Tennant that could be fixed. Did you mean X-Tenant?'],
    [{ 'X-Tenant': 'a\r\nb' }, 'A fixed value of GET /things cannot be sent: X-Tenant'],
  ])('that cannot be fixed so are a fault at the start: %j', (fixed, expected) => {
    const parameters = [{ name: 'X-Tenant', in: 'header', schema: { type: 'string' } }]
    const document = documentOf({ parameters })
    const error = thrownBy(() => toolsOf(document, { curation: { call_it: { fixed } } }))
    expect(String(error)).toContain(expected)
  })

  test('that may be empty are sent empty, whatever their schema says', async () => {
    const { call, seen } = await setUpCalls()
    const schema = { type: 'integer' }
    const parameters = [{ name: 'p', in: 'query', allowEmptyValue: true, schema }]
    await call(onlyTool(documentOf({ parameters })), { p: '' })
    expect(seen[0]?.url).toBe('/things?p=')
  })
})

describe('options that cannot be used', () => {
  test('are all named at once', () => {
    const options = {
      api: '',
      operatons: '*',
      answerBytes: 10,
      serverScopes: 'all',
      curation: { a: { anotations: {}, confirm: 'yes' } },
    } as unknown as Parameters<typeof toolsOf>[1]
    const message = String(thrownBy(() => toolsOf(documentOf(), options)))
    for (const part of [
      'api: must be the name of an API',
      '"operatons" (did you mean "operations"?)',
      'answerBytes: must be at least 1000',
      "serverScopes: must be 'same', 'none'",
      '"anotations" (did you mean "annotations"?)',
      'curation.a.confirm: must be true or false',
    ]) {
      expect(message).toContain(part)
    }
  })
})

describe('a document that cannot be used', () => {
  test('is refused with all faults, each with its place and its cure', () => {
    const message = String(thrownBy(() => toolsOf('swagger: "2.0"\n', { name: 'old.yaml' })))
    expect(message).toContain('old.yaml cannot be used:')
    expect(message).toContain('npx swagger2openapi old.yaml')
  })

  test('for want of scopes names the option that says them', () => {
    const document = { ...documentOf(), security: undefined }
    expect(String(thrownBy(() => toolsOf(document)))).toContain('Give scopesMissing:')
    const optionNames = { scopesMissing: 'OPENAPI_SCOPES_MISSING' }
    expect(String(thrownBy(() => toolsOf(document, { optionNames })))).toContain(
      'Set OPENAPI_SCOPES_MISSING=',
    )
    expect(toolsOf(document, { scopesMissing: 'none' }).tools).toHaveLength(1)
  })
})
