import type { AuthInfo } from '@modelcontextprotocol/server'
import type { OnBehalfOfError } from '../failures/errors.js'

const refused = new WeakMap<AuthInfo, Map<string, OnBehalfOfError>>()

/** Keeps, with the request, that its calls of a tool are not to be made. */
export function refuseCalls(authInfo: AuthInfo, toolName: string, failure: OnBehalfOfError): void {
  const known = refused.get(authInfo) ?? new Map<string, OnBehalfOfError>()
  refused.set(authInfo, known.set(toolName, failure))
}

/** Why the calls of a tool in this request are not to be made; `undefined` where they are. */
export function refusalOfCalls(
  authInfo: AuthInfo | undefined,
  toolName: string,
): OnBehalfOfError | undefined {
  return authInfo === undefined ? undefined : refused.get(authInfo)?.get(toolName)
}
