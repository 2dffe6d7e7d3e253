import type { Actor } from '../delegation.js'

/** Whom an Action signs in, unchecked, and what it says beside that. */
export interface ActionResult {
  readonly userId: string
  /** That of the subject token, or as the Action set it. */
  readonly organizationId: string | undefined
  /** Who acts for the user; `undefined` for a token without `act`. */
  readonly actor?: Actor | undefined
  /** Changes of the user's metadata; `null` removes a member. */
  readonly appMetadata?: Readonly<Record<string, unknown>> | undefined
  readonly userMetadata?: Readonly<Record<string, unknown>> | undefined
}
