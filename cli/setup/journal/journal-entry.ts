/** A change that setup makes to an object that was there before: what was there, and what setup puts there. */
export type JournalEntry = Replaced | Added

/** A field that setup sets. */
export interface Replaced {
  readonly kind: 'replaced'
  readonly object: ReplacedObject
  /** Empty for the settings of the tenant; an API's identifier; else the object's id. */
  readonly id: string
  /** `flags.x` for a member of `flags`. */
  readonly field: string
  /** `null` where the field had no value. */
  readonly was: FieldValue
  readonly now: FieldValue
}

/** Members that setup adds to a list. */
export interface Added {
  readonly kind: 'added'
  readonly to: AddedTo
  /** What says which list it is: see `AddedTo`. */
  readonly ids: readonly string[]
  readonly values: readonly string[]
}

export type ReplacedObject = 'tenant' | 'connection' | 'api' | 'client'

/**
 * - `scopes`: of an API (its identifier);
 * - `grant`: scopes of a client grant (its holder, the API); `new-grant`: the same of a grant that setup creates;
 * - `exchange`: kinds of token exchange that a client may use (its id);
 * - `clients`: ids of clients that a connection is enabled for (its id);
 * - `permissions`: scopes of an API in a role (the role's id, the API);
 * - `members`: ids of users who have a role (its id).
 */
export type AddedTo =
  'scopes' | 'grant' | 'new-grant' | 'exchange' | 'clients' | 'permissions' | 'members'

export type FieldValue = string | boolean | null
