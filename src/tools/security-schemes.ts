import { resourceScopes } from '../scopes.js'
import { alternativesOf } from './alternatives.js'
import type { ScopeNames } from './scope-names.js'
import type { ToolRequirements } from './tool.js'

/** One way to be allowed to call a tool, as clients read it (MCP SEP-1488): a sign-in and the scopes to ask for, or nothing. */
export type SecurityScheme =
  | {
      readonly type: 'oauth2'
      /** Empty: the sign-in is enough. */
      readonly scopes: readonly string[]
    }
  | { readonly type: 'noauth' }

/**
 * What a tool needs, one entry for each of its alternatives, in their order: `_meta.securitySchemes` of the tool in `tools/list`.
 *
 * ChatGPT reads it there, to know for which tools the user has to sign in and what to ask for. `nameScopes` writes the scopes as clients have to
 * ask for them (`createScopeNames`); default: as they are. Of public tools, the server says `noauth` by itself.
 *
 * @category Tools and sessions
 * @example
 * server.registerTool('greet', { _meta: { securitySchemes: securitySchemesOf(greet) } }, handler)
 */
export function securitySchemesOf(
  tool: ToolRequirements,
  nameScopes: ScopeNames = (scopes) => scopes,
): readonly SecurityScheme[] {
  return alternativesOf(tool).map(({ server }) => ({
    type: 'oauth2',
    scopes: resourceScopes(nameScopes(server)),
  }))
}
