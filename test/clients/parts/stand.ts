import { vi } from 'vitest'
import { startTrio, type Trio, type TrioOptions } from '../../../apps/development/trio.js'
import type { Claims } from '../../../src/identity/caller.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { Observed } from './observed.js'
import { Person } from './person.js'

export interface Stand {
  readonly trio: Trio
  /** Alice, who may use every tool. */
  readonly person: Person
  readonly observed: Observed
  /** Claims of every token that the API accepted. */
  readonly apiCalls: Claims[]
  readonly log: RecordingLog
  /** Moves the clock of the three servers on; clients in processes of their own keep theirs. */
  pass(seconds: number): void
  close(): Promise<void>
}

/**
 * Starts the development trio on free ports for one client. The clock of this process stands still until
 * {@link Stand.pass}: the libraries at both doors take the time from `Date`, and from nowhere else.
 */
export async function startStand(
  options: Pick<TrioOptions, 'environment' | 'accessTokenSeconds'> = {},
): Promise<Stand> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const apiCalls: Claims[] = []
  const log = new RecordingLog()
  const trio = await startTrio({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log,
    onApiCall: (claims) => apiCalls.push(claims),
    ...options,
  })
  const observed = new Observed(trio.endpoint)
  return {
    trio,
    person: new Person('alice'),
    observed,
    apiCalls,
    log,
    pass: (seconds) => vi.setSystemTime(Date.now() + seconds * 1_000),
    async close() {
      observed.close()
      await trio.close()
      vi.useRealTimers()
    },
  }
}
