import { serverTools } from '../../src/server/from-config.js'
import { unionScopes } from '../../src/scopes.js'

/** The scopes of the tools that come with the standalone server, separated by spaces. */
export function defaultServerScopes(): string {
  return unionScopes(...serverTools().map(({ requiredScopes }) => requiredScopes)).join(' ')
}
