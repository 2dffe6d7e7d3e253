import { vi } from 'vitest'
import {
  startStack,
  type DevelopmentStack,
  type StackOptions,
} from '../../../apps/development/start-stack.js'
import type { Claims } from '../../../src/identity/caller.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { Observed } from './observed.js'
import { Person } from './person.js'

export interface Stand {
  readonly stack: DevelopmentStack
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
 * Starts the development set-up on free ports for one client. The clock of this process stands still until
 * {@link Stand.pass}: the libraries of both servers take the time from `Date`, and from nowhere else.
 */
export async function startStand(
  options: Pick<StackOptions, 'environment' | 'accessTokenSeconds' | 'documentFetch'> = {},
): Promise<Stand> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const apiCalls: Claims[] = []
  const log = new RecordingLog()
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log,
    onApiCall: (claims) => apiCalls.push(claims),
    ...options,
  })
  const observed = new Observed(stack.endpoint)
  return {
    stack,
    person: new Person('alice'),
    observed,
    apiCalls,
    log,
    pass: (seconds) => vi.setSystemTime(Date.now() + seconds * 1_000),
    async close() {
      observed.close()
      await stack.close()
      vi.useRealTimers()
    },
  }
}
