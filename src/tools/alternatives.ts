import { unionScopes } from '../scopes.js'
import type { ToolAlternative, ToolRequirements } from './tool.js'

/**
 * All that a tool needs, as alternatives that are whole: each has the scopes that every call needs too. One for a tool that
 * declares none.
 */
export function alternativesOf({
  requiredScopes,
  downstream,
  alternatives = [],
}: ToolRequirements): readonly ToolAlternative[] {
  const api = downstream?.scopes ?? []
  if (alternatives.length === 0) return [{ server: requiredScopes, api }]
  return alternatives.map((one) => ({
    server: unionScopes(requiredScopes, one.server),
    api: unionScopes(api, one.api),
  }))
}
