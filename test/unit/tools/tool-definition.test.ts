import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { serverTools } from '../../../src/server/from-config.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { toolDefinition } from '../../../src/tools/tool-definition.js'
import type { Tool } from '../../../src/tools/tool.js'

function toolWith(inputSchema: z.ZodObject, outputSchema: z.ZodObject = z.object({})): Tool {
  return defineTool({
    ...{ name: 'probe', title: 'Probe', description: 'For a test.' },
    ...{ inputSchema, outputSchema, requiredScopes: [] },
    handler: () => ({}),
    toText: () => '',
  })
}

/** What a client is told of a tool that is registered with the SDK itself. */
async function listedBySdk(tool: Tool): Promise<unknown> {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool
  if (outputSchema === undefined) throw new Error('expected a tool with an outputSchema')
  const described = { title, description, inputSchema, outputSchema }
  const server = new McpServer({ name: 'sdk', version: '1.0.0' })
  server.registerTool(
    name,
    annotations === undefined ? described : { ...described, annotations },
    () => ({
      content: [],
    }),
  )
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await server.connect(theirs)
  await client.connect(ours)
  const { tools } = await client.listTools()
  await client.close()
  return tools[0]
}

const ODD = {
  'a default': z.object({ a: z.string().default('x') }),
  'a transform of input': z.object({ a: z.preprocess((value) => value, z.number().optional()) }),
  'nested and recursive schemas': z.object({
    a: z.object({
      get self() {
        return z.array(z.object({ b: z.string() })).optional()
      },
    }),
  }),
  'no unknown members': z.strictObject({ a: z.enum(['x', 'y']) }),
  'any unknown members': z.looseObject({ a: z.union([z.string(), z.null()]) }),
  'a description and a title': z.object({ a: z.string().meta({ title: 'A' }).describe('the a') }),
}

describe('the definition of a tool', () => {
  test.each(serverTools().map((tool) => [tool.name, tool] as const))(
    'the definition of %s is what the SDK would list',
    async (_, tool) => {
      expect(JSON.parse(JSON.stringify(toolDefinition(tool)))).toEqual(await listedBySdk(tool))
    },
  )

  test.each(Object.entries(ODD))(
    'the definition of a tool with %s is what the SDK would list',
    async (_, schema) => {
      const tool = toolWith(schema, schema)
      expect(JSON.parse(JSON.stringify(toolDefinition(tool)))).toEqual(await listedBySdk(tool))
    },
  )

  test('the definition of a tool that mirrors an argument in a header is refused by its name', () => {
    const schema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) })
    expect(() => toolDefinition(toolWith(schema))).toThrow(
      new TypeError('The tool probe has x-mcp-header in its inputSchema: remove it.'),
    )
  })
})
