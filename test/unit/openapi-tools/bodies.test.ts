import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeBody } from '../../../src/openapi-tools/write-body.js'
import { documentOf, onlyTool, setUpCalls, toolsOf } from './called-tools.js'

const EXAMPLES = new URL('../../../node_modules/@readme/oas-examples/3.0/json/', import.meta.url)
const FORM = 'application/x-www-form-urlencoded'

function example(name: string): string {
  return readFileSync(new URL(`${name}.json`, EXAMPLES), 'utf8')
}

function taking(content: object, method = 'post') {
  return documentOf({ requestBody: { required: true, content } }, { method })
}

function toolOf(document: object | string, operation: string) {
  const { tools, report } = toolsOf(document, { scopesMissing: 'none' })
  const { name } = report.tools.find(
    (one) => `${one.operation.method} ${one.operation.path}` === operation,
  ) ?? { name: '' }
  const tool = tools.find((one) => one.name === name)
  if (tool === undefined) throw new Error(`no tool for ${operation}`)
  return tool
}

interface ReadPart {
  readonly name: string
  readonly text: string
  readonly type: string | undefined
}

/** What a foreign parser, that of Node.js, reads in a body. */
async function readForm(body: string | Uint8Array, contentType = ''): Promise<readonly ReadPart[]> {
  const response = new Response(Buffer.from(body), { headers: { 'content-type': contentType } })
  const read = Reflect.get<Response, string>(response, 'formData') as () => Promise<FormData>
  const parts = Array.from(await read.call(response))
  return Promise.all(
    parts.map(async ([name, value]) =>
      typeof value === 'string'
        ? { name, text: value, type: undefined }
        : { name, text: await value.text(), type: value.type },
    ),
  )
}

/** The texts of the parts of one name. */
function texts(parts: readonly ReadPart[], name: string): readonly string[] {
  return parts.filter((part) => part.name === name).map(({ text }) => text)
}

const file = (text: string, more: object = {}) => ({
  base64: Buffer.from(text).toString('base64'),
  ...more,
})

describe('the body of a call', () => {
  test('[openapi 23] with files is multipart that a foreign parser reads as it was given', async () => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('file-uploads'), 'POST /anything/multipart-formdata')
    const documentFile = file('%PDF "x"', {
      filename: 'a"b\r\nc.pdf',
      contentType: 'application/pdf',
    })
    await call(tool, { body: { orderId: 7, userId: 8, documentFile } })
    const form = await readForm(seen[0]?.body ?? '', seen[0]?.headers['content-type'])
    expect(texts(form, 'orderId')).toEqual(['7'])
    expect(texts(form, 'userId')).toEqual(['8'])
    expect(form.at(-1)).toMatchObject({ text: '%PDF "x"', type: 'application/pdf' })
    expect(form.map(({ name }) => name)).toEqual(['orderId', 'userId', 'documentFile'])
  })

  test('[openapi 23] with a list of files has one part for each', async () => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('file-uploads'), 'PUT /anything/multipart-formdata')
    await call(tool, { body: { filename: [file('one'), file('two')] } })
    const form = await readForm(seen[0]?.body ?? '', seen[0]?.headers['content-type'])
    expect(texts(form, 'filename')).toEqual(['one', 'two'])
  })

  test('[openapi 23] that is a file alone is sent as its bytes', async () => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('file-uploads'), 'POST /anything/image-png')
    await call(tool, { body: file('PNG') })
    expect(seen[0]).toMatchObject({ body: 'PNG', headers: { 'content-type': 'image/png' } })
  })

  test('[openapi 23] that is a form is read as it was given', async () => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('form-data'), 'POST /anything')
    await call(tool, { body: { client_id: "a&b=c 'd'", client_secret: '+ü%', scope: 3 } })
    const form = await readForm(seen[0]?.body ?? '', seen[0]?.headers['content-type'])
    expect(form.map(({ name, text }) => [name, text])).toEqual([
      ['client_id', "a&b=c 'd'"],
      ['client_secret', '+ü%'],
      ['scope', '3'],
    ])
  })

  test('[openapi 23] of multipart with objects has them as JSON, and lists repeat', async () => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('schema-encoding-style'), 'PUT /form/primitive')
    await call(tool, {
      body: { primitive: 'x', array: ['a', 'b'], object: { foo: '1', bar: 'ü' } },
    })
    const form = await readForm(seen[0]?.body ?? '', seen[0]?.headers['content-type'])
    expect(texts(form, 'array')).toEqual(['a', 'b'])
    expect(JSON.parse(texts(form, 'object').join(''))).toEqual({ foo: '1', bar: 'ü' })
    expect(seen[0]?.body).toContain('name="object"\r\nContent-Type: application/json\r\n')
  })

  test('[openapi 23] of multipart cannot be ended by what is in it', async () => {
    const part = fc.string({ unit: fc.constantFrom('-', '\r\n', 'part', 'a', '"', ';', ' ') })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c d'), part), async (body) => {
        const plan = {
          kind: 'multipart',
          contentType: 'multipart/form-data',
          names: undefined,
          fixed: undefined,
          required: true,
          encoding: new Map(),
          files: new Set<string>(),
        } as const
        const written = writeBody(plan, { body })
        if (Object.keys(body).length === 0) return
        const form = await readForm(written?.content ?? '', written?.contentType)
        expect(Object.fromEntries(form.map(({ name, text }) => [name, text]))).toEqual(body)
      }),
    )
  })

  test('[openapi 24] has no read-only members, and has the write-only ones', () => {
    const tool = toolOf(example('schema-visibility'), 'POST /')
    const schema = tool.inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
    const { body } = schema['properties'] as { body: { properties: object } }
    expect(Object.keys(body.properties)).toEqual(['id', 'propWithWriteOnly'])
  })

  test('of a form follows the styles of its encoding', async () => {
    const { call, seen } = await setUpCalls()
    const encoding = {
      filter: { style: 'deepObject', explode: true },
      tags: { style: 'form', explode: false },
    }
    const schema = { type: 'object', properties: { filter: {}, tags: {}, plain: {} } }
    const tool = onlyTool(taking({ [FORM]: { schema, encoding } }))
    await call(tool, { body: { filter: { a: { b: 1 } }, tags: ['x', 'y'], plain: { c: [2] } } })
    expect(seen[0]?.body).toBe('filter%5Ba%5D%5Bb%5D=1&tags=x,y&plain=%7B%22c%22%3A%5B2%5D%7D')
  })

  test.each([
    [
      { 'application/xml': {}, 'application/json': { schema: {} } },
      'application/json',
      '{"a":1}',
      { a: 1 },
    ],
    [
      { 'application/merge-patch+json': { schema: {} } },
      'application/merge-patch+json',
      '{"a":null}',
      { a: null },
    ],
    [{ '*/*': { schema: { type: 'object' } } }, 'application/json', '{}', {}],
    [{ 'text/plain': { schema: { type: 'string' } } }, 'text/plain', 'hello', 'hello'],
  ])('is sent in the media type that fits a model best: %j', async (content, type, body, value) => {
    const { call, seen } = await setUpCalls()
    await call(onlyTool(taking(content)), { body: value })
    expect(seen[0]).toMatchObject({ body, headers: { 'content-type': type } })
  })

  test.each([
    [
      { 'application/xml': { schema: { type: 'object' } } },
      'The body is sent as application/xml alone',
    ],
    [{ 'multipart/form-data': {} }, 'The body is multipart, and its parts are not described'],
  ])('that no model can write leaves the operation out: %j', (content, reason) => {
    const { excluded } = toolsOf(taking(content))
    expect(excluded).toMatchObject([{ code: 'unsupported_argument', reason }])
  })

  test('has the names that the API knows, whatever the model sees', async () => {
    const { call, seen } = await setUpCalls()
    const schema = {
      type: 'object',
      properties: { 'a b': { type: 'object', properties: { $c: {} } } },
    }
    const tool = onlyTool(taking({ 'application/json': { schema } }))
    await call(tool, { body: { a_b: { c: 1 } } })
    expect(seen[0]?.body).toBe('{"a b":{"$c":1}}')
  })

  test.each([
    [{ base64: '***' }, 'has a base64 that is none'],
    [
      { base64: 'AAAA', contentType: 'image/png\r\nX-Evil: 1' },
      'a contentType that is no media type',
    ],
    [{ base64: 'A'.repeat(12_000_000) }, 'is a file of more than 8 MiB'],
  ])('is refused with a file that is malformed or too large', async (value, expected) => {
    const { call, seen } = await setUpCalls()
    const tool = toolOf(example('file-uploads'), 'POST /anything/image-png')
    await expect(call(tool, { body: value })).rejects.toThrow(expected)
    expect(seen).toEqual([])
  })
})
