import type { UserEntry } from '../../directory.js'
import type { ActionResult } from './action-result.js'

/** Writes what an Action said of a user's metadata into the directory; `null` removes a member. */
export function updateMetadata(
  user: UserEntry,
  { appMetadata = {}, userMetadata = {} }: ActionResult,
): void {
  user.app_metadata = merged(user.app_metadata, appMetadata)
  user.user_metadata = merged(user.user_metadata, userMetadata)
}

function merged(
  before: Readonly<Record<string, unknown>> | undefined,
  changes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const members = Object.entries({ ...before, ...changes })
  return Object.fromEntries(members.filter(([, value]) => value !== null))
}
