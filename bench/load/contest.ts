import type { Child } from '../children/child-process.js'
import { median } from '../statistics.js'
import { closedLoop, type Load, type Slice } from './closed-loop.js'
import { foreignShare, readCpuTimes } from './foreign-load.js'

/** One server in a contest. */
export interface Contestant {
  readonly name: string
  readonly child: Child
  readonly load: Omit<Load, 'origin' | 'forMs'>
}

/** How long and how often. */
export interface ContestPlan {
  readonly rounds: number
  readonly sliceMs: number
  /** Load that comes before what is measured, once for each server. */
  readonly warmUpMs: number
  /** How often a slice is measured until no other process disturbs it. */
  readonly tries: number
  /** The other programs of the benchmark, whose CPU time is no foreign load. */
  readonly pids: readonly number[]
}

/** What one server came to, round by round. */
export interface Standing {
  readonly name: string
  readonly rounds: readonly (Slice & { readonly cpuMsPerCall: number })[]
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
  readonly cpuMsPerCall: number
}

/** Above this share of the machine, a slice is measured again. */
const MOST_FOREIGN = 0.1

/** Rounds that had to be taken although other processes were busy. */
export const disturbed = { slices: 0, repeated: 0 }

/** Has the servers take turns under the same load, so that what slows the machine slows all of them. */
export async function contest(
  contestants: readonly Contestant[],
  plan: ContestPlan,
): Promise<readonly Standing[]> {
  const rounds = contestants.map((): Standing['rounds'][number][] => [])
  for (const { child, load } of contestants) {
    await closedLoop({ ...load, origin: child.origin, forMs: plan.warmUpMs })
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      rounds[index]?.push(await quietSlice(contestant, plan))
    }
  }
  return contestants.map(({ name }, index) => standing(name, rounds[index] ?? []))
}

async function quietSlice(contestant: Contestant, plan: ContestPlan) {
  for (let attempt = 1; ; attempt += 1) {
    const { slice, foreign } = await sliceOf(contestant, plan)
    if (foreign <= MOST_FOREIGN) return slice
    if (attempt === plan.tries) {
      disturbed.slices += 1
      return slice
    }
    disturbed.repeated += 1
  }
}

async function sliceOf({ child, load }: Contestant, { sliceMs, pids }: ContestPlan) {
  const all = [...pids, child.pid]
  const [before, used] = [readCpuTimes(all), await child.read()]
  const slice = await closedLoop({ ...load, origin: child.origin, forMs: sliceMs })
  const cpuMs = (await child.read()).cpuMs - used.cpuMs
  const foreign = foreignShare(before, readCpuTimes(all))
  return { foreign, slice: { ...slice, cpuMsPerCall: cpuMs / slice.calls } }
}

function standing(name: string, rounds: Standing['rounds']): Standing {
  return {
    ...{ name, rounds },
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    medianMs: median(rounds.map(({ medianMs }) => medianMs)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuMsPerCall: median(rounds.map(({ cpuMsPerCall }) => cpuMsPerCall)),
  }
}

/** How many times one server is as fast as another: the median of the rounds. */
export function ratioOf(fast: Standing, slow: Standing): number {
  return median(
    fast.rounds.map(({ perSecond }, round) => perSecond / (slow.rounds[round]?.perSecond ?? NaN)),
  )
}
