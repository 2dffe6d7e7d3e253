import type { FleetScene } from './fleet-scene.js'
import type { FleetStore } from './fleet-store.js'

/** One thing that happens to a fleet, and what is promised while it lasts. */
export interface FleetCase {
  /** What happens, as the table has it. */
  readonly fault: string
  /** Whether the short form has it. */
  readonly short: boolean
  readonly settings?: Readonly<Record<string, string>>
  /** The outcomes of calls that the documentation promises for it, beside `ok`. */
  readonly codes: readonly string[]
  /** The codes or events that are logged with `security`. Default: none. */
  readonly securityCodes?: readonly string[]
  /** Default: a Redis that the instances reach by themselves. */
  readonly store?: () => Promise<FleetStore>
  /** Has it happen, and waits until it is over. Resolves with what else was measured. */
  run(scene: FleetScene): Promise<readonly string[]>
}
