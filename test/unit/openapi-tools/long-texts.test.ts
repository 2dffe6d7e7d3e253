import { describe, expect, test } from 'vitest'
import { documentOf, documentWith, onlyTool, setUpCalls, toolsOf } from './called-tools.js'

// So long that work with the square of the length takes minutes.
const LONG = 1_000_000

describe('a long text', () => {
  test('of a file that is no base64 is refused at once', async () => {
    const { server, seen, call } = await setUpCalls()
    const tool = onlyTool(
      documentOf({ requestBody: { content: { 'image/png': {} } } }, { method: 'put' }),
    )
    const base64 = `${'='.repeat(LONG)}A`
    await expect(call(tool, { body: { base64 } })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    expect(seen).toHaveLength(0)
    await server.close()
  })

  test('of combining characters is refused as a value of a path at once', async () => {
    const { server, seen, call } = await setUpCalls()
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    const tool = onlyTool(documentOf({ parameters }, { path: '/things/{id}' }))
    for (const marks of ['\u0315\u0300\u05ae', '\u0315\u200b\uff9e', '%CC%95%CC%80']) {
      const id = `a${marks.repeat(LONG / 4)}`
      await expect(call(tool, { id })).rejects.toMatchObject({ code: 'invalid_argument' })
    }
    expect(seen).toHaveLength(0)
    await server.close()
  })

  test('of combining characters becomes the name of a tool and of an argument at once', () => {
    const name = `a${'\u0315\u0300\u05ae'.repeat(LONG / 4)}`
    const parameters = [{ name, in: 'query', schema: {} }]
    expect(onlyTool(documentOf({ operationId: name, parameters })).name).toBe('a')
  })

  test('as an operationId becomes a name at once', () => {
    const { name } = onlyTool(documentOf({ operationId: `a${'_'.repeat(LONG)}é-b` }))
    expect(name).toBe('a')
  })

  test('as the name of a parameter becomes the name of an argument at once', () => {
    const name = `a${'.'.repeat(LONG)}b$`
    const tool = onlyTool(documentOf({ parameters: [{ name, in: 'query', schema: {} }] }))
    const { properties = {} } = tool.inputSchema['~standard'].jsonSchema.input({
      target: 'draft-2020-12',
    })
    expect(Object.keys(properties as object)).toEqual(['a'])
  })

  test('as the parameters of a media type is read at once', () => {
    const type = `application/json${';'.repeat(LONG)}é`
    const { report } = toolsOf(
      documentOf({ requestBody: { content: { [type]: {} } } }, { method: 'post' }),
    )
    expect(report.tools[0]?.bodyType).toBe('application/json')
  })

  test('as the address of a server is compared at once', () => {
    const servers = [{ url: `https://api.example/v1${'/'.repeat(LONG)}x` }]
    const { excluded } = toolsOf(documentWith({ '/a': { get: { servers } } }))
    expect(excluded).toMatchObject([{ code: 'server' }])
  })
})

test('A multipart body whose parts contain themselves many times is read once', () => {
  const reference = { $ref: '#/components/schemas/Part' }
  const document = documentOf(
    { requestBody: { content: { 'multipart/form-data': { schema: reference } } } },
    { method: 'post' },
  )
  const Part = {
    allOf: Array.from({ length: 20 }, () => reference),
    properties: { file: { type: 'string', format: 'binary' } },
  }
  const components = { ...(document['components'] as object), schemas: { Part } }
  const { report } = toolsOf({ ...document, components })
  expect(report.tools[0]?.bodyType).toBe('multipart/form-data')
})

test('A schema of very many values that all operations share is not read for each of them', () => {
  const schema = { $ref: '#/components/schemas/Code' }
  const parameters = [{ name: 'code', in: 'query', schema }]
  const paths = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`/a${index}`, { get: { parameters } }]),
  )
  const Code = { type: 'string', enum: Array.from({ length: 100_000 }, (_, index) => `c${index}`) }
  const document = documentWith(paths)
  const components = { ...(document['components'] as object), schemas: { Code } }
  const { tools } = toolsOf({ ...document, components })
  expect(tools).toHaveLength(300)
})
