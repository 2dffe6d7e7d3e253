import type { Caller } from '../identity/caller.js'

/** Tells whose a session is: `mcpRoute().sessions`, or a `SessionRegistry`. */
export interface SessionOwners {
  /** Throws `session_not_found` unless the session is the caller's. */
  assertOwned(id: string, caller: Caller): void
}
