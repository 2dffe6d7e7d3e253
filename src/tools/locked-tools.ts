import { unionScopes } from '../scopes.js'
import type { ScopeNames } from './scope-names.js'
import type { ToolDefinition } from './tool-definition.js'

/** The scopes that each tool lacks, by the tool's name: of tools that are listed although the caller cannot call them yet. */
export type LockedTools = ReadonlyMap<string, readonly string[]>

/** More would only fill the context of a model. */
const MAX_NAMED = 50

/** A tool as it is listed to a caller who cannot call it yet: its description says what is missing. */
export function lockedDefinition(
  definition: ToolDefinition,
  missing: readonly string[],
): ToolDefinition {
  const locked = `Locked: this tool needs the scope ${named(missing)}, and the user's sign-in has no scope of this server. The answer to a call tells the client what to ask for.`
  const description = [definition.description, locked].filter(Boolean).join('\n\n')
  return { ...definition, description }
}

/** What a client is told at the beginning whose token has no scope of this server. */
export function lockedInstructions(locked: LockedTools, nameScopes: ScopeNames): string {
  const scopes = nameScopes(unionScopes(...locked.values()))
  return `The user has signed in, but the access token has no scope of this server, so tools are locked: their descriptions say what each needs. The client has to send the user to sign in again and ask for the scopes ${named(scopes)}. The metadata of this server names its scopes; that of the authorization server may not.`
}

function named(scopes: readonly string[]): string {
  const more = scopes.length - MAX_NAMED
  return more > 0 ? `${scopes.slice(0, MAX_NAMED).join(' ')} (and ${more} more)` : scopes.join(' ')
}
