/** How long the parts of a case last, and how many users there are. */
export interface FleetScale {
  readonly calmMs: number
  readonly faultMs: number
  readonly users: number
  /** Whether what depends on how fast the machine is counts: only where nothing else runs. */
  readonly judgesTimes: boolean
}

export const FULL: FleetScale = {
  ...{ calmMs: 5_000, faultMs: 20_000, users: 200 },
  judgesTimes: true,
}
export const SHORT: FleetScale = {
  ...{ calmMs: 1_500, faultMs: 2_500, users: 200 },
  judgesTimes: false,
}
