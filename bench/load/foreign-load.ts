import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** CPU time of the machine, and of the processes of the benchmark. */
export interface CpuTimes {
  readonly machineMs: number
  readonly ownMs: number
  readonly atMs: number
}

const TICK_MS = 10

/** Reads what the machine has used, and what this process and `pids` have of it. */
export function readCpuTimes(pids: readonly number[]): CpuTimes {
  const machineMs = cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  )
  const ownMs = [process.pid, ...pids].reduce((sum, pid) => sum + processMs(pid), 0)
  return { machineMs, ownMs, atMs: performance.now() }
}

/** The share of the machine that other processes took between two readings; 0 where the system does not say. */
export function foreignShare(before: CpuTimes, after: CpuTimes): number {
  if (after.ownMs === 0) return 0
  const machine = after.machineMs - before.machineMs
  const own = after.ownMs - before.ownMs
  const capacity = (after.atMs - before.atMs) * availableParallelism()
  return Math.max(0, machine - own) / capacity
}

/** CPU time of a process, as Linux counts it (proc(5), `/proc/[pid]/stat`). */
function processMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return 0
  }
}
