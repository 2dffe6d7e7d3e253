import type { OpenApiTools } from '../openapi-tools/openapi-tools.js'

/** Names that begin with the prefix, without it: those that a tool must not get before the prefix is put in front. */
export function withoutPrefix(names: readonly string[], prefix: string): readonly string[] {
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}

/** What became of a document, without the tools that find, describe and call the others. */
export type GeneratedTools = Omit<OpenApiTools, 'searchTools'>

/** The same tools with a prefix in front of each name, in the report too. */
export function prefixedTools(result: GeneratedTools, prefix: string): GeneratedTools {
  if (prefix === '') return result
  return {
    ...result,
    tools: result.tools.map((tool) => ({ ...tool, name: `${prefix}${tool.name}` })),
    fixedValues: Object.fromEntries(
      Object.entries(result.fixedValues).map(([name, fixed]) => [`${prefix}${name}`, fixed]),
    ),
    report: {
      ...result.report,
      tools: result.report.tools.map((tool) => ({ ...tool, name: `${prefix}${tool.name}` })),
    },
  }
}
