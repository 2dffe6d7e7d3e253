import { unionScopes } from '../scopes.js'
import type { ToolRequirements } from './tool.js'

/** The scopes that any of the tools requires, in order of first appearance. */
export function requiredScopesOf(
  tools: readonly Pick<ToolRequirements, 'requiredScopes'>[],
): readonly string[] {
  return unionScopes(...tools.map(({ requiredScopes }) => requiredScopes))
}
