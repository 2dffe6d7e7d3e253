import type { Visit } from './visit.js'

/** Something that a client does, in one or several requests. */
export interface Scenario {
  readonly name: string
  /** How often, beside the others. */
  readonly weight: number
  /** Only at a server with sessions. */
  readonly inSessions?: boolean
  /** Rejects where anything comes back that is not as expected. */
  run(visit: Visit): Promise<void>
}
