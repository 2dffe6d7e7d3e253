import type { OpenApiTools } from '../openapi-tools/openapi-tools.js'

/** Names that begin with the prefix, without it: those that a tool must not get before the prefix is put in front. */
export function withoutPrefix(names: readonly string[], prefix: string): readonly string[] {
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}

/** The same tools with a prefix in front of each name, in the report too. */
export function prefixedTools(result: OpenApiTools, prefix: string): OpenApiTools {
  if (prefix === '') return result
  return {
    ...result,
    tools: result.tools.map((tool) => ({ ...tool, name: `${prefix}${tool.name}` })),
    report: {
      ...result.report,
      tools: result.report.tools.map((tool) => ({ ...tool, name: `${prefix}${tool.name}` })),
    },
  }
}
