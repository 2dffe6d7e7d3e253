/** One value at one time of a run. */
export interface Sample {
  /** Milliseconds from any fixed point. */
  readonly atMs: number
  readonly value: number
}

/** How much a value may grow along its trend: the larger of the two counts. */
export interface GrowthBound {
  readonly perHour: number
  /** Over the whole of the judged time, however short it is: what noise alone may come to. */
  readonly inAll: number
}

/** The trend of a value, and whether it stays within its bound. */
export interface Trend {
  readonly first: number
  readonly last: number
  readonly perHour: number
  /** The growth along the trend over the judged time. */
  readonly inAll: number
  readonly allowedInAll: number
  readonly flat: boolean
}

const HOUR_MS = 3_600_000
/** With fewer, a slope says too little. */
export const FEWEST_SAMPLES = 8

/**
 * Judges whether a value grows. The slope is the median of the slopes between all pairs of samples (Theil–Sen), so that less than
 * 29 % of the samples, however wrong, cannot decide; the difference of the last and the first would be decided by two of them.
 *
 * What falls is flat. Throws a `RangeError` for fewer than eight samples.
 */
export function judgeTrend(samples: readonly Sample[], bound: GrowthBound): Trend {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined || samples.length < FEWEST_SAMPLES) {
    throw new RangeError(`A trend needs ${FEWEST_SAMPLES} samples, and has ${samples.length}`)
  }
  const hours = (last.atMs - first.atMs) / HOUR_MS
  const perHour = theilSenSlope(samples) * HOUR_MS
  const inAll = perHour * hours
  const allowedInAll = Math.max(bound.inAll, bound.perHour * hours)
  return {
    ...{ first: first.value, last: last.value, perHour, inAll, allowedInAll },
    flat: inAll <= allowedInAll,
  }
}

/** Of a value in its unit per millisecond; samples of one time are not compared. */
function theilSenSlope(samples: readonly Sample[]): number {
  const slopes: number[] = []
  for (const [index, from] of samples.entries()) {
    for (const to of samples.slice(index + 1)) {
      if (to.atMs !== from.atMs) slopes.push((to.value - from.value) / (to.atMs - from.atMs))
    }
  }
  slopes.sort((a, b) => a - b)
  const [lower, upper] = [slopes[(slopes.length - 1) >> 1], slopes[slopes.length >> 1]]
  if (lower === undefined || upper === undefined) {
    throw new RangeError('A trend needs samples of different times')
  }
  return (lower + upper) / 2
}
