import type { ConfirmationOptions } from '../confirmation/confirmation.js'
import { derivedKeys } from '../store/derived-keys.js'
import type { SharedState } from '../store/shared-state.js'

/** All instances open what one of them has sealed, and know what was used. */
export function sharedConfirmation(shared: SharedState | undefined): ConfirmationOptions {
  if (shared === undefined) return {}
  const { store, outage, keys } = shared
  return { shared: { store, outage }, keys: derivedKeys(keys, 'confirmation') }
}
