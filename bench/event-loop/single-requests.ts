import { median } from '../statistics.js'
import { worstBodies, type WorstBody } from './bodies.js'
import { openBenchStack, type BenchStack } from './stack.js'

const ROUNDS = 7

/** What one kind of request cost the server process. */
export interface Cost {
  readonly worst: WorstBody
  readonly status: number
  /** The event loop was kept for so long at the most: the median and the worst of the rounds. */
  readonly medianMs: number
  readonly maxMs: number
  /** CPU time of the process, the median of the rounds. */
  readonly cpuMs: number
}

/** Sends each of the worst requests alone, to a server that is warm and does nothing else. */
export async function costsOfSingleRequests(): Promise<readonly Cost[]> {
  const stack = await openBenchStack()
  try {
    const costs: Cost[] = []
    await warmUp(stack)
    for (const worst of worstBodies()) costs.push(await costOf(worst, stack))
    return costs.sort((a, b) => b.medianMs - a.medianMs)
  } finally {
    await stack.close()
  }
}

/** The first requests of a process compile its code: that is no request's fault. */
async function warmUp(stack: BenchStack): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const worst of worstBodies()) {
      await stack.post({ token: await stack.token(worst.claims), ...worst })
    }
  }
}

async function costOf(worst: WorstBody, stack: BenchStack): Promise<Cost> {
  const readings = []
  let status = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const token = await stack.token(worst.claims)
    await stack.server.read()
    status = await stack.post({ token, ...worst })
    readings.push(await stack.server.read())
  }
  return {
    ...{ worst, status },
    medianMs: median(readings.map(({ maxMs }) => maxMs)),
    maxMs: Math.max(...readings.map(({ maxMs }) => maxMs)),
    cpuMs: median(readings.map(({ cpuMs }) => cpuMs)),
  }
}
