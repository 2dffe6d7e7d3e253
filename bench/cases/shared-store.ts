import type { Child } from '../children/child-process.js'
import { startRedis } from '../children/redis.js'
import { closedLoop } from '../load/closed-loop.js'
import { contest } from '../load/contest.js'
import type { Message } from '../load/messages.js'
import { rowOf } from '../report/results.js'
import { during, warm, type Stack } from '../stack.js'
import { against, GREET, WHOAMI } from './calls.js'
import type { Measured } from './measured.js'

const CALLS = 300
/** Many short rounds: what is compared differs by less than the machine does from one second to the next. */
const FINER = 6
const LATENCY_MS = 20
const WITH_STORE = 'ours with a shared store'
/** Of 32 bytes, in base64. */
const STORE_KEY = Buffer.alloc(32, 1).toString('base64')

interface Servers {
  readonly alone: Child
  readonly first: Child
  readonly second: Child
}

/** What a shared Redis costs `greet`: with a token that this instance has, that another one has exchanged, and that nobody has. */
export async function sharedStore(stack: Stack): Promise<Measured> {
  const redis = await startRedis()
  try {
    const environment = { STORE_URL: redis.url, STORE_KEY, INSTANCES: '2' }
    const children = [stack.ours(), stack.ours({ environment }), stack.ours({ environment })]
    return await during(children, async ([alone, first, second]) => {
      if (!alone || !first || !second) throw new Error('not started')
      const servers = { alone, first, second }
      await untilShared(stack, servers)
      const [token = ''] = await stack.newTokens(1)
      const standings = await contest(
        [
          warm('ours', alone, { message: GREET, token }),
          warm(WITH_STORE, first, { message: GREET, token }),
        ],
        {
          ...stack.plan,
          rounds: stack.plan.rounds * FINER,
          sliceMs: stack.plan.sliceMs / 2,
          pids: [...stack.plan.pids, redis.pid],
        },
      )
      const found = await onFirstSight(stack, servers)
      return {
        tables: [{ title: 'greet, with a shared store', rows: standings.map(rowOf) }],
        ratios: {
          store_warm: against(standings, WITH_STORE),
          store_hit_beyond_round_trip_ms: found.hitMs - found.localMs - (await redis.roundTripMs()),
          store_miss: found.sharedMissMs / found.aloneMissMs,
        },
      }
    })
  } finally {
    await redis.close()
  }
}

/** Until the second has the tokens of the first. */
async function untilShared(stack: Stack, { first, second }: Servers): Promise<void> {
  for (;;) {
    const [token = ''] = await stack.newTokens(1)
    const before = (await stack.issuer.read()).count
    await medianOf(first, GREET, [token])
    await medianOf(second, GREET, [token])
    if ((await stack.issuer.read()).count === before + 1) return
  }
}

/** One call after the other; each server has verified the tokens before. */
async function onFirstSight(stack: Stack, { alone, first, second }: Servers) {
  const tokens = await stack.newTokens(CALLS)
  for (const server of [alone, first, second]) await medianOf(server, WHOAMI, tokens)
  await stack.setLatency(LATENCY_MS)
  const aloneMissMs = await medianOf(alone, GREET, tokens)
  const sharedMissMs = await medianOf(first, GREET, tokens)
  await stack.setLatency(0)
  const hitMs = await medianOf(second, GREET, tokens)
  const localMs = await medianOf(second, GREET, tokens)
  return { aloneMissMs, sharedMissMs, hitMs, localMs }
}

async function medianOf(
  { origin }: Child,
  message: Message,
  tokens: readonly string[],
): Promise<number> {
  const load = { origin, message, connections: 1, forMs: 60_000, calls: tokens.length }
  return (await closedLoop({ ...load, tokenOf: (call) => tokens[call] })).medianMs
}
