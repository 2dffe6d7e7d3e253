import { serverTools } from '../../src/server/from-config.js'
import { requiredScopesOf } from '../../src/tools/required-scopes.js'

/** The scopes of the tools that come with the standalone server, separated by spaces. */
export function defaultServerScopes(): string {
  return requiredScopesOf(serverTools()).join(' ')
}
