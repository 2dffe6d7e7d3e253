import { z } from 'zod'
import { optionValues } from '../options/option-values.js'
import type { Caller } from '../identity/caller.js'

/** Tells whose a session is: `mcpRoute().sessions`, or a `SessionRegistry`. */
export interface SessionOwners {
  /** Throws `session_not_found` unless the session is the caller's. */
  assertOwned(id: string, caller: Caller): void
}

/** The option `sessions`: whether there are any, or whose they are. */
export const SESSIONS_OPTION = z.union(
  [z.boolean(), optionValues.withFunctions('SessionOwners', 'assertOwned')],
  'must be true, false, or the sessions: mcpRoute().sessions or a SessionRegistry',
)
