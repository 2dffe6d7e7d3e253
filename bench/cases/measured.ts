import type { RatioName, Results } from '../report/results.js'

/** What one case adds to the results. */
export interface Measured {
  readonly tables: Results['tables']
  readonly ratios: Partial<Readonly<Record<RatioName, number>>>
}
