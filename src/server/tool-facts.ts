import { hash } from 'node:crypto'
import { canonicalJson } from '../audit/canonical-json.js'
import type { ObservedTool } from '../observability/observer.js'
import type { ToolDefinition } from '../tools/tool-definition.js'
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
  definitions: readonly ToolDefinition[],
  origins: ToolOrigins = {},
): (name: string) => ObservedTool | undefined {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const known = new Map<string, ObservedTool>()
  return (name) => {
    const remembered = known.get(name)
    if (remembered !== undefined) return remembered
    const definition = byName.get(name)
    if (definition === undefined) return undefined
    const canonical = canonicalJson(definition)
    const definitionSha256 = canonical === undefined ? undefined : hash('sha256', canonical)
    const facts = { definitionSha256, ...(Object.hasOwn(origins, name) ? origins[name] : {}) }
    known.set(name, facts)
    return facts
  }
}
