import { unionScopes } from '../scopes.js'
import { alternativesOf } from './alternatives.js'
import type { ToolRequirements } from './tool.js'

/** The scopes that suffice for all of the tools, by the first alternative of each, in order of first appearance. */
export function requiredScopesOf(tools: readonly ToolRequirements[]): readonly string[] {
  return unionScopes(...tools.map((tool) => alternativesOf(tool)[0]?.server ?? []))
}

/** The scopes that any of the tools names in any alternative, in order of first appearance. */
export function namedScopesOf(tools: readonly ToolRequirements[]): readonly string[] {
  return unionScopes(...tools.flatMap((tool) => alternativesOf(tool).map(({ server }) => server)))
}
