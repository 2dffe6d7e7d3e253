import type { Secret } from '../secret.js'
import type { CompleteSettings } from './settings.js'

/** How users are asked before tools with `confirm` run. */
export interface ConfirmationConfig {
  /** The first seals, all open. `undefined`: a random one. */
  readonly keys: readonly Secret[] | undefined
  readonly lifetimeMs: number
}

/** The part of the configuration that `CONFIRMATION_SETTINGS` make. */
export function confirmationConfig(found: CompleteSettings): ConfirmationConfig {
  return { keys: found.CONFIRMATION_KEYS, lifetimeMs: found.CONFIRMATION_MINUTES * 60_000 }
}
