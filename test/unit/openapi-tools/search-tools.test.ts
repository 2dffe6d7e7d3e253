import { McpServer } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { registerOpenApiTools, toolsFromOpenApi } from '../../../src/openapi.js'
import type { OpenApiDocumentError } from '../../../src/openapi.js'
import type { Caller } from '../../../src/identity/caller.js'
import type { Tool } from '../../../src/tools/tool.js'
import { oauth2Components } from '../../integration/openapi/oauth2-components.js'

/** A document with so many operations, two for each resource. */
function documentOf(operations: number): object {
  const paths = Array.from({ length: operations / 2 }, (_, index) => [
    `/things${index}`,
    {
      get: operation(`list_things${index}`, 'read'),
      post: operation(`create_things${index}`, 'write'),
    },
  ])
  return {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: Object.fromEntries(paths) as object,
    components: oauth2Components({ read: 'Read', write: 'Write' }),
  }
}

function operation(operationId: string, scope: string): object {
  return {
    ...{ operationId, summary: `Does ${operationId}`, security: [{ OAuth2: [scope] }] },
    responses: { 200: { description: 'Fine' } },
  }
}

const caller: Caller = {
  ...{ issuer: '', subject: '', clientId: '', expiresAtSeconds: 0, scopes: [] },
}

async function ask(
  tools: readonly Tool[],
  name: string,
  input: Record<string, unknown>,
  isVisible?: (toolName: string) => boolean,
): Promise<unknown> {
  const tool = tools.find((one) => one.name === name)
  if (tool === undefined || tool.downstream !== undefined) throw new Error('no such tool')
  return tool.handler(input, { caller, signal: new AbortController().signal, isVisible })
}

describe('expose of toolsFromOpenApi', () => {
  test('a document of 1,200 operations is listed in less than 4,000 tokens with search, and is too large without', () => {
    const document = documentOf(1_200)
    const made = toolsFromOpenApi(document, { api: 'api', expose: 'search' })
    expect(made.tools).toHaveLength(1_200)
    expect(made.tools.every(({ unlisted }) => unlisted === true)).toBe(true)
    expect(made.report.document.approximateTokens).toBeLessThan(4_000)
    for (const expose of ['tools', 'both', undefined] as const) {
      expect(() => toolsFromOpenApi(document, { api: 'api', expose })).toThrow(/expose search/)
    }
  })

  test('there are no tools of the search unless they are asked for', () => {
    expect(toolsFromOpenApi(documentOf(2), { api: 'api' }).searchTools).toEqual([])
    const { tools, searchTools } = toolsFromOpenApi(documentOf(2), { api: 'api', expose: 'both' })
    expect(tools.map(({ unlisted }) => unlisted)).toEqual([undefined, undefined])
    expect(searchTools.map(({ name }) => name)).toEqual([
      ...['find_operations', 'describe_operation', 'call_operation'],
    ])
  })

  test('an operation does not take the name of a tool of the search', () => {
    const paths = { '/x': { get: operation('call_operation', 'read') } }
    const document = { ...documentOf(2), paths }
    const [tool] = toolsFromOpenApi(document, { api: 'api', expose: 'search' }).tools
    expect(tool?.name).toMatch(/^call_operation_/)
    expect(toolsFromOpenApi(document, { api: 'api' }).tools[0]?.name).toBe('call_operation')
  })

  test('nothing is visible where nobody says what is', async () => {
    const { searchTools } = toolsFromOpenApi(documentOf(4), { api: 'api', expose: 'search' })
    expect(await ask(searchTools, 'find_operations', { query: '', limit: 10 })).toEqual({
      ...{ operations: [], more: 0 },
    })
    const described = ask(searchTools, 'describe_operation', { name: 'list_things0' })
    await expect(described).rejects.toMatchObject({ details: { reason: 'operation_unknown' } })
  })

  test('an operation that a sign-in suffices for is described without scopes', async () => {
    const paths = { '/x': { get: { ...operation('open', 'read'), security: [] } } }
    const document = { ...documentOf(2), paths }
    const { searchTools } = toolsFromOpenApi(document, { api: 'api', expose: 'search' })
    const described = await ask(searchTools, 'describe_operation', { name: 'open' }, () => true)
    expect(described).toMatchObject({ name: 'open', scopes: [], operation: 'GET /x' })
  })

  test('find_operations refuses a query that is too long, and says how long it may be', async () => {
    const { searchTools } = toolsFromOpenApi(documentOf(2), { api: 'api', expose: 'search' })
    const [find] = searchTools
    const checked = await find?.inputSchema['~standard'].validate({ query: 'x'.repeat(201) })
    expect(checked?.issues?.map(({ message }) => message)).toEqual([
      'must have at most 200 characters',
    ])
    const many = await find?.inputSchema['~standard'].validate({ query: 'x', limit: 51 })
    expect(many?.issues?.map(({ message }) => message)).toEqual(['must be from 1 to 50'])
  })

  test('registerOpenApiTools refuses tools that are not to be listed', () => {
    const { tools } = toolsFromOpenApi(documentOf(2), { api: 'api', expose: 'search' })
    const server = new McpServer({ name: 'test', version: '1.0.0' })
    expect(() => {
      registerOpenApiTools(server, tools)
    }).toThrow(/createApp/)
  })

  test('registerOpenApiTools refuses the tools of a search, which know nothing of who calls there', () => {
    const made = toolsFromOpenApi(documentOf(2), { api: 'api', expose: 'both' })
    const server = new McpServer({ name: 'test', version: '1.0.0' })
    const all = [...made.tools, ...made.searchTools] as typeof made.tools
    expect(() => {
      registerOpenApiTools(server, all)
    }).toThrow(/createApp/)
    registerOpenApiTools(server, made.tools)
  })

  test('the fault of too many operations names the setting that lets models search', () => {
    const options = { api: 'api', maxTools: 1, optionNames: { expose: 'OPENAPI_EXPOSE' } }
    const [fault] = faultsOf(() => toolsFromOpenApi(documentOf(2), options))
    expect(fault?.cure).toContain('OPENAPI_EXPOSE search')
  })
})

function faultsOf(make: () => unknown): OpenApiDocumentError['faults'] {
  try {
    make()
  } catch (error) {
    return (error as OpenApiDocumentError).faults
  }
  return []
}

describe('find_operations by method, path and tag', () => {
  const listed = (method: string, path: string, tag: string, summary: string) => ({
    [path]: {
      [method]: {
        ...operation(`${method}${path.replaceAll(/\W/g, '_')}`, 'read'),
        tags: [tag],
        parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
          ...{ name, in: 'path', required: true, schema: { type: 'string' } },
        })),
        summary,
      },
    },
  })
  const document = {
    ...documentOf(2),
    paths: {
      '/refunds': {
        ...listed('get', '/refunds', 'Refunds', 'List refunds, refunds, refunds')['/refunds'],
        ...listed('post', '/refunds', 'Refunds', 'Creates one')['/refunds'],
      },
      ...listed('post', '/refunds/{id}/cancel', 'Refunds', 'Post refunds: cancels refunds'),
      ...listed('get', '/orders/{order_id}', 'orders', 'Reads an order'),
      ...listed('get', '/orders', 'orders', 'Lists orders'),
    },
  }
  const { searchTools } = toolsFromOpenApi(document, { api: 'api', expose: 'search' })
  const found = async (input: object, isVisible = (_name: string) => true) => {
    const answer = await ask(searchTools, 'find_operations', { limit: 50, ...input }, isVisible)
    return answer as {
      readonly operations: readonly { readonly operation: string }[]
      readonly tags?: readonly string[]
    }
  }

  test.each([
    ['POST /refunds', 'POST /refunds'],
    ['post /refunds/', 'POST /refunds'],
    ['GET /refunds', 'GET /refunds'],
    ['/orders', 'GET /orders'],
    ['get /orders/{id}', 'GET /orders/{order_id}'],
  ])('%s finds that operation first', async (query, first) => {
    expect((await found({ query })).operations[0]?.operation).toBe(first)
  })

  test('a method among words counts like another word', async () => {
    const { operations } = await found({ query: 'post refund' })
    expect(operations.slice(0, 2).map(({ operation: one }) => one)).not.toContain('GET /refunds')
  })

  test.each(['ORDERS', 'Orders', ' orders '])('the tag %s is that of orders', async (tag) => {
    const { operations, tags } = await found({ query: '', tag })
    expect([operations.length, tags]).toEqual([2, undefined])
  })

  test('a tag that there is not is answered with those that there are, as far as the caller may see them', async () => {
    expect(await found({ query: 'x', tag: 'refund' })).toMatchObject({
      operations: [],
      tags: ['Refunds', 'orders'],
    })
    const hidden = await found({ query: '', tag: 'order' }, (name) => !name.includes('refunds'))
    expect(hidden.tags).toEqual(['orders'])
    const [tool] = searchTools.filter(({ name }) => name === 'find_operations')
    expect(tool?.toText?.(hidden as never)).toBe(
      'No operation has this tag. Tags that there are: orders.',
    )
  })

  test('words that fit no operation of a tag are not answered with tags', async () => {
    expect(await found({ query: 'zebra', tag: 'orders' })).toEqual({ operations: [], more: 0 })
  })
})
