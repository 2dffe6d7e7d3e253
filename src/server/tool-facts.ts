import { hash } from 'node:crypto'
import { canonicalJson } from '../audit/canonical-json.js'
import type { ObservedTool } from '../observability/observer.js'
import type { ToolRegistry } from '../tools/registry.js'
import { toolDefinition } from '../tools/tool-definition.js'
import type { DocumentTools } from './document-tools.js'

/** Where tools come from, by their names. */
export type ToolOrigins = Readonly<Record<string, Omit<ObservedTool, 'definitionSha256'>>>

/** The operation and the document of each tool that comes from one. */
export function toolOriginsOf(documents: readonly DocumentTools[]): ToolOrigins {
  return Object.fromEntries(
    documents.flatMap(({ report, documentSha256 }) =>
      report.tools.map(({ name, operation: { method, path } }) => [
        name,
        { documentSha256, operation: `${method.toUpperCase()} ${path}` },
      ]),
    ),
  )
}

/** What records say of a tool. Each definition is digested when its tool is first called. */
export function toolFactsOf(
  registry: ToolRegistry,
  origins: ToolOrigins = {},
): (name: string) => ObservedTool | undefined {
  const known = new Map<string, ObservedTool>()
  return (name) => {
    const remembered = known.get(name)
    if (remembered !== undefined) return remembered
    const tool = registry.find(name)
    if (tool === undefined) return undefined
    const definition = canonicalJson(toolDefinition(tool))
    const definitionSha256 = definition === undefined ? undefined : hash('sha256', definition)
    const facts = { definitionSha256, ...(Object.hasOwn(origins, name) ? origins[name] : {}) }
    known.set(name, facts)
    return facts
  }
}
