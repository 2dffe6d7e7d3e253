import type { Tool as ToolDefinition } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import type { Tool } from './tool.js'

export type { ToolDefinition }

/**
 * What `tools/list` says of a tool: its schemas as JSON Schema 2020-12, as the SDK converts them.
 *
 * Throws a `TypeError` for a schema that mirrors arguments in headers (`x-mcp-header`): nothing compares the two here.
 */
export function toolDefinition(tool: Tool): ToolDefinition {
  const { name, title, description, annotations } = tool
  const inputSchema = jsonSchemaOf(tool.inputSchema, 'input')
  if (JSON.stringify(inputSchema).includes('"x-mcp-header":')) {
    throw new TypeError(`The tool ${name} has x-mcp-header in its inputSchema: remove it.`)
  }
  const outputSchema = jsonSchemaOf(tool.outputSchema, 'output')
  return { ...{ name, title, description, inputSchema, annotations }, outputSchema }
}

function jsonSchemaOf(
  schema: z.ZodObject,
  side: 'input' | 'output',
): ToolDefinition['inputSchema'] {
  return { type: 'object', ...schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' }) }
}
