import { describe, expect, test } from 'vitest'
import type {
  CuratedOperation,
  ToolsFromOpenApiOptions,
} from '../../../src/openapi-tools/options.js'
import { failureOf } from '../outcomes.js'
import { documentOf, onlyTool, toolsOf } from './called-tools.js'
import { argumentsOf, cut, DAY, fine, KEY, offered, setUp, UUID } from './idempotent-tools.js'

type Json = Readonly<Record<string, unknown>>

const OWN = { ...KEY, name: 'X-Key', required: false }
const HEADER = { idempotency: { header: 'X-Key' } } as const
const READS = { readOnlyHint: true }
const curated = (entry: CuratedOperation) => ({ ...HEADER, curation: { call_it: entry } })

describe('the option idempotency', () => {
  const document = documentOf({ parameters: [KEY, DAY] }, { method: 'post' })

  test('off leaves the header to the model, and its calls are not made again', async () => {
    const { call, keys } = await setUp(cut, fine)
    const tool = onlyTool(document, { idempotency: 'off' })
    expect(argumentsOf(tool)).toEqual(['idempotency-KEY', 'day'])
    await failureOf(call(tool, { 'idempotency-KEY': 'mine' }))
    expect(keys()).toEqual(['mine'])
  })

  test('names another header, which is then the one', async () => {
    const own = { ...KEY, name: 'X-Request-Id' }
    const named = documentOf({ parameters: [own] }, { method: 'post' })
    const { call, seen } = await setUp(cut, fine)
    await call(onlyTool(named, { idempotency: { header: 'x-request-id' } }))
    const sent = seen.map(({ headers }) => headers['x-request-id'])
    expect(sent).toEqual([expect.stringMatching(UUID), sent[0]])
  })

  test.each(['post', 'put', 'patch', 'delete'])(
    'names a header, which each %s then has, declared or not',
    async (method) => {
      const { call, seen } = await setUp(cut, fine)
      const tool = onlyTool(documentOf({ parameters: [DAY] }, { method }), HEADER)
      await call(tool)
      const sent = seen.map(({ headers }) => headers['x-key'])
      expect(sent).toEqual([expect.stringMatching(UUID), sent[0]])
      const isRetried = method === 'post' || method === 'patch'
      expect(argumentsOf(tool)).toEqual(isRetried ? ['day', 'retry_of'] : ['day'])
    },
  )

  test('offers to repeat such a call, and a parameter of the name retry_of gets another', async () => {
    const { call, seen } = await setUp(cut, cut, fine)
    const parameters = [{ name: 'retry_of', in: 'query', schema: { type: 'string' } }]
    const tool = onlyTool(documentOf({ parameters }, { method: 'post' }), HEADER)
    expect(argumentsOf(tool)).toEqual(['retry_of_query', 'retry_of'])
    const id = offered(await failureOf(call(tool)))
    await call(tool, { retry_of: id })
    expect(new Set(seen.map(({ headers }) => headers['x-key'])).size).toBe(1)
  })

  test.each<readonly [string, string, Json, Partial<ToolsFromOpenApiOptions>]>([
    ['the method only reads', 'get', {}, HEADER],
    ['the document says that it only reads', 'post', { 'x-mcp': { annotations: READS } }, HEADER],
    ['the curation says that it only reads', 'post', {}, curated({ annotations: READS })],
    ['the curation excludes it', 'post', {}, curated({ idempotency: false })],
    ['the header is fixed', 'post', { parameters: [OWN] }, curated({ fixed: { 'X-Key': 'same' } })],
    ['no header is named', 'post', {}, { idempotency: 'declared' }],
    ['it is off', 'post', {}, { idempotency: 'off' }],
  ])('gives a call no key of its own where %s', async (_why, method, operation, options) => {
    const { call, seen } = await setUp(fine)
    const tool = onlyTool(documentOf(operation, { method }), options)
    await call(tool)
    expect(seen[0]?.headers['x-key']).toBe(
      operation['parameters'] === undefined ? undefined : 'same',
    )
    expect(argumentsOf(tool)).toEqual([])
  })

  test('leaves a declared header to the model where the curation excludes the operation', () => {
    const operation = { parameters: [KEY] }
    const curation = { 'POST /things': { idempotency: false } } as const
    const tool = onlyTool(documentOf(operation, { method: 'post' }), { curation })
    expect(argumentsOf(tool)).toEqual(['idempotency-KEY'])
  })

  test('is doubtful where it names a header and no operation gets a key', () => {
    const { faults, tools } = toolsOf(documentOf({ parameters: [DAY] }), {
      ...HEADER,
      optionNames: { idempotency: 'OPENAPI_IDEMPOTENCY' },
    })
    expect(tools).toHaveLength(1)
    expect(faults).toMatchObject([
      {
        code: 'idempotency',
        severity: 'warning',
        cure: expect.stringContaining('OPENAPI_IDEMPOTENCY') as string,
      },
    ])
    const writes = documentOf({ parameters: [DAY] }, { method: 'post' })
    expect(toolsOf(writes, HEADER).faults).toEqual([])
  })

  test.each(['Authorization', 'cookie', 'Host', 'Content-Type', 'a b', '', 'x\r\ny'])(
    'refuses a header of the name %j',
    (header) => {
      expect(() => toolsOf(document, { idempotency: { header } })).toThrow(TypeError)
    },
  )
})
