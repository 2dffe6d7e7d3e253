import { existsSync, readFileSync } from 'node:fs'
import type { Tally } from '../traffic/load.js'
import type { Trend } from './trend.js'

/** Where `npm run soak -- --write` keeps what it found. */
export const RESULTS = new URL('../results.json', import.meta.url)

/** A fault of any kind fails the run. */
export interface Fault {
  readonly kind: string
  readonly count: number
  readonly examples: readonly string[]
}

/** What was found at one server. */
export interface ServerResult {
  readonly name: string
  readonly requests: number
  readonly perSecond: number
  readonly records: number
  readonly trends: Readonly<Record<TrendName, Trend>>
  /** Medians over the judged readings, and the worst of them. */
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly worstMs: number }
  /** Open files before the traffic, and when it had ended. */
  readonly atRest: { readonly before: number; readonly after: number }
  readonly outcomes: Readonly<Record<string, number>>
  readonly scenarios: readonly Tally[]
  readonly faults: readonly Fault[]
}

export interface SoakResults {
  readonly node: string
  readonly cores: number
  readonly minutes: number
  readonly warmUpMinutes: number
  /** At a time, and in all. */
  readonly users: { readonly present: number; readonly came: number }
  readonly servers: readonly ServerResult[]
  readonly passed: boolean
}

/** What is judged, with its unit in the table and how much it may grow. */
export const JUDGED = {
  heapUsed: {
    ...{ title: 'heap after a full collection', unit: 1e6, suffix: ' MB' },
    // In a short run, code is still being compiled, which stays.
    bound: { perHour: 4e6, inAll: 4e6 },
  },
  external: {
    ...{ title: 'memory outside of the heap', unit: 1e6, suffix: ' MB' },
    bound: { perHour: 4e6, inAll: 1e6 },
  },
  rss: {
    ...{ title: 'resident memory', unit: 1e6, suffix: ' MB' },
    bound: { perHour: 30e6, inAll: 12e6 },
  },
  fds: {
    ...{ title: 'open files and sockets', unit: 1, suffix: '' },
    bound: { perHour: 8, inAll: 4 },
  },
  handles: {
    ...{ title: 'handles of Node.js', unit: 1, suffix: '' },
    bound: { perHour: 8, inAll: 4 },
  },
  series: {
    ...{ title: 'series of metrics', unit: 1, suffix: '' },
    // A histogram brings a dozen with each outcome that is seen for the first time.
    bound: { perHour: 60, inAll: 60 },
  },
} as const

export type TrendName = keyof typeof JUDGED

/** The kept results; `undefined` where there are none. */
export function readResults(): SoakResults | undefined {
  if (!existsSync(RESULTS)) return undefined
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as SoakResults
}
