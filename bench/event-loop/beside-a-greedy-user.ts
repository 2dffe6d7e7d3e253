import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../statistics.js'
import type { WorstBody } from './bodies.js'
import { openBenchStack, type BenchStack } from './stack.js'

const WHOAMI = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name: 'whoami', arguments: {} },
})
const QUIET_EVERY_MS = 50
/** 300 a minute: the default limit of one user. */
const GREEDY_EVERY_MS = 200

/** How long one user waits, alone and beside another one. */
export interface Waits {
  readonly aloneP99Ms: number
  readonly besideP99Ms: number
  readonly besideMaxMs: number
}

/** Measures the calls of a quiet user, alone, and while another user sends the worst requests that the limits allow. */
export async function waitsBesideGreedyUser(
  bodies: readonly WorstBody[],
  forMs: number,
): Promise<Waits> {
  const stack = await openBenchStack()
  try {
    await quiet(stack, 3_000)
    const alone = await quiet(stack, forMs)
    const over = new AbortController()
    const greedy = keepSending(stack, bodies, over.signal)
    const beside = await quiet(stack, forMs)
    over.abort()
    await greedy
    return {
      aloneP99Ms: percentile(alone, 0.99),
      besideP99Ms: percentile(beside, 0.99),
      besideMaxMs: Math.max(...beside),
    }
  } finally {
    await stack.close()
  }
}

/** One call after the other, at even times. Another user each time the limit of one would be reached. */
async function quiet(stack: BenchStack, forMs: number): Promise<readonly number[]> {
  const waits = []
  const end = performance.now() + forMs
  let token = await stack.token()
  while (performance.now() < end) {
    if (waits.length % 250 === 249) token = await stack.token()
    const begun = performance.now()
    await stack.post({ token, body: WHOAMI })
    waits.push(performance.now() - begun)
    await sleep(QUIET_EVERY_MS)
  }
  return waits
}

async function keepSending(
  stack: BenchStack,
  bodies: readonly WorstBody[],
  over: AbortSignal,
): Promise<void> {
  const token = await stack.token()
  const under: Promise<unknown>[] = []
  for (let sent = 0; !over.aborted; sent += 1) {
    const worst = bodies[sent % bodies.length]
    if (worst !== undefined) under.push(stack.post({ token, ...worst }))
    await sleep(GREEDY_EVERY_MS)
  }
  await Promise.allSettled(under)
}
