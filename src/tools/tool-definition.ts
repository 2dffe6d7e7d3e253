import type { Tool as ToolDefinition } from '@modelcontextprotocol/server'
import type { SecurityScheme } from './security-schemes.js'
import type { Tool, ToolSchema } from './tool.js'

export type { ToolDefinition }

/**
 * What `tools/list` says of a tool: its schemas as JSON Schema 2020-12, as the SDK converts them.
 * Its `_meta` is the tool's own, and `securitySchemes` where they are given.
 *
 * Throws a `TypeError` for a schema that mirrors arguments in headers (`x-mcp-header`): nothing compares the two here.
 */
export function toolDefinition(
  tool: Tool,
  securitySchemes?: readonly SecurityScheme[],
): ToolDefinition {
  const { name, title, description, annotations } = tool
  const inputSchema = jsonSchemaOf(tool.inputSchema, 'input')
  if (JSON.stringify(inputSchema).includes('"x-mcp-header":')) {
    throw new TypeError(`The tool ${name} has x-mcp-header in its inputSchema: remove it.`)
  }
  const meta = { ...(securitySchemes && { securitySchemes }), ...tool._meta }
  const described = {
    ...{ name, title, description, inputSchema, annotations },
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
  }
  return tool.outputSchema === undefined
    ? described
    : { ...described, outputSchema: jsonSchemaOf(tool.outputSchema, 'output') }
}

function jsonSchemaOf(schema: ToolSchema, side: 'input' | 'output'): ToolDefinition['inputSchema'] {
  return { type: 'object', ...schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' }) }
}
