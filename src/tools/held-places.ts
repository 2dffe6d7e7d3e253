import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Places } from '../limits/user-places.js'

const held = new WeakMap<AuthInfo, Map<string, Places>>()

/** Keeps, with the request, the places that its calls of a tool have. */
export function holdPlaces(authInfo: AuthInfo, toolName: string, places: Places): void {
  const known = held.get(authInfo) ?? new Map<string, Places>()
  held.set(authInfo, known.set(toolName, places))
}

/**
 * The places stay taken until `settled` settles: a handler may go on for long when its client has gone. Does nothing for a tool
 * without such a limit.
 */
export function keepHeldPlaces(
  authInfo: AuthInfo | undefined,
  toolName: string,
  settled: Promise<unknown>,
): void {
  if (authInfo !== undefined) held.get(authInfo)?.get(toolName)?.keepUntil(settled)
}
