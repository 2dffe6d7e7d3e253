import type { Standing } from '../load/contest.js'

/** What the benchmark found: the table, and the ratios by name. */
export interface Results {
  readonly machine: {
    readonly node: string
    readonly cpu: string
    readonly cores: number
    readonly atStart: number
  }
  readonly tables: readonly { readonly title: string; readonly rows: readonly Row[] }[]
  readonly ratios: Readonly<Record<string, number>>
  /** Slices that stand although other processes were busy, and slices that were measured again for that. */
  readonly disturbed: { readonly slices: number; readonly repeated: number }
}

export interface Row {
  readonly server: string
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
  readonly cpuMsPerCall: number
}

export function rowOf({ name, perSecond, medianMs, p99Ms, cpuMsPerCall }: Standing): Row {
  return { server: name, perSecond, medianMs, p99Ms, cpuMsPerCall }
}

/** What each ratio is to reach, and which way is better. */
export const TARGETS = {
  whoami_vs_sdk_mount: { atLeast: 1.6 },
  greet_vs_sdk_mount: { atLeast: 1.2 },
  list_vs_sdk_mount: { atLeast: 1.3 },
  security_cost: { atLeast: 0.85 },
  observed_cost: { atLeast: 0.85 },
  exchange_saving_20ms: { atLeast: 4 },
  exchange_saving_80ms: { atLeast: 7 },
  one_connection_80ms: { atLeast: 80 },
  cold_vs_sample: { atLeast: 1.4 },
  cold_added_ms: { atMost: 3 },
  stampede_exchanges: { atMost: 1 },
  store_warm: { atLeast: 0.95 },
  store_hit_beyond_round_trip_ms: { atMost: 1 },
  store_miss: { atMost: 1.25 },
  many_tokens: { atLeast: 0.9 },
  tools_300: { atLeast: 0.95 },
  document_300: { atLeast: 0.95 },
  document_start_ms: { atMost: 2_000 },
  start_ms: { atMost: 1_000 },
  import_vs_express: { atMost: 2 },
  rss_mb: { atMost: 200 },
} as const satisfies Record<string, { atLeast: number } | { atMost: number }>

export type RatioName = keyof typeof TARGETS

/** What was found before, with what a run of some cases has found in its place. Of the machine it says what the whole run was on. */
export function withLatest(kept: Results, latest: Results): Results {
  const replaced = new Map(latest.tables.map((table) => [table.title, table]))
  const tables = kept.tables.map((table) => replaced.get(table.title) ?? table)
  const titles = new Set(kept.tables.map(({ title }) => title))
  const added = latest.tables.filter(({ title }) => !titles.has(title))
  return {
    ...kept,
    tables: [...tables, ...added],
    ratios: { ...kept.ratios, ...latest.ratios },
  }
}

/** What a short run has to reach on any machine, however busy: far below what it finds on a quiet one. */
const MARGINS: Partial<Readonly<Record<RatioName, { atLeast: number } | { atMost: number }>>> = {
  whoami_vs_sdk_mount: { atLeast: 0.5 },
  list_vs_sdk_mount: { atLeast: 0.5 },
  tools_300: { atLeast: 0.5 },
  document_300: { atLeast: 0.5 },
  exchange_saving_80ms: { atLeast: 1.5 },
  stampede_exchanges: { atMost: 1 },
  store_miss: { atMost: 2 },
}

/** The ratios that are worse than any machine excuses. */
export function beyondMargins(ratios: Results['ratios']): readonly string[] {
  return Object.entries(MARGINS).flatMap(([name, margin]) => {
    const found = ratios[name]
    if (found === undefined || meets(margin, found)) return []
    const bound = 'atLeast' in margin ? `at least ${margin.atLeast}` : `at most ${margin.atMost}`
    return [`${name} is ${found.toFixed(2)}, and has to be ${bound}`]
  })
}

export function reaches(name: RatioName, value: number): boolean {
  return meets(TARGETS[name], value)
}

function meets(bound: { atLeast: number } | { atMost: number }, value: number): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost
}
