import type { AuthInfo } from '@modelcontextprotocol/server'
import type { ToolAlternative } from './tool.js'

/** The alternative that was decided on for each tool of a request, by the tool's name. */
export type GrantedAlternatives = ReadonlyMap<string, ToolAlternative>

const granted = new WeakMap<AuthInfo, GrantedAlternatives>()

/** Keeps, with the request, what it was allowed on: the exchange and the tool go by the same decision. */
export function recordGranted(authInfo: AuthInfo, alternatives: GrantedAlternatives): void {
  granted.set(authInfo, alternatives)
}

/** On which alternative this request was allowed to call a tool; `undefined` where nothing was decided. */
export function grantedAlternative(
  authInfo: AuthInfo | undefined,
  toolName: string,
): ToolAlternative | undefined {
  return authInfo === undefined ? undefined : granted.get(authInfo)?.get(toolName)
}
