import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { percentile } from '../../../bench/statistics.js'
import type { Case } from '../case.js'
import type { BurstQuestion } from '../children/burst.js'
import { callTool, SUBJECT_PREFIX, type SeenCall, type ToolCall } from '../load/tool-call.js'
import { StartedProcess } from '../processes/started-process.js'
import type { Scene } from '../scene.js'

const USERS = 200
const CALLS_PER_USER = 10
const API_LATENCY_MS = 2_000
const API_TIMEOUT_MS = 5_000
const API_PLACES = 64
const LOCAL_USER = `${SUBJECT_PREFIX}local`
const LOCAL_PAUSE_MS = 50

/** More calls at one moment than the API can answer in time. */
export const OVERLOAD: Readonly<Record<string, Case>> = {
  burst: {
    fault: `${USERS} users make ${CALLS_PER_USER} calls each at the same moment, of an API that takes two seconds`,
    short: false,
    settings: { API_CONNECTIONS: `${API_PLACES}`, API_TIMEOUT_MS: `${API_TIMEOUT_MS}` },
    // A server that is busy must not take its authorization server for one that is down.
    codes: ['downstream_unavailable'],
    async run(scene) {
      await scene.calm('before')
      const calls = await burstCalls(scene)
      await scene.deployment.changeApi({ latencyMs: API_LATENCY_MS })
      const local = new LocalCalls(scene)
      const seen = await burst(scene, calls)
      const whoami = await local.stop()
      scene.others.push(...seen, ...whoami)
      await scene.deployment.changeApi({ latencyMs: 0 })
      await scene.recovery(0)
      await scene.calm('after')
      const failed = whoami.filter(({ verdict }) => verdict !== 'ok').length
      scene.expect(failed === 0, `${failed} calls of a tool that needs no API failed`)
      const lost = seen.filter(({ verdict }) => verdict === 'gone').length
      scene.expect(lost === 0, `${lost} calls had no answer`)
      return figures(seen, whoami)
    },
  },
}

/** Each user has one token, which is exchanged in the burst. */
async function burstCalls({ deployment }: Scene): Promise<readonly ToolCall[]> {
  const calls: ToolCall[] = []
  for (let user = 1; user <= USERS; user += 1) {
    const subject = `${SUBJECT_PREFIX}burst-${user}`
    const token = await deployment.tokenOf(subject)
    for (let call = 1; call <= CALLS_PER_USER; call += 1) {
      calls.push({ tool: 'greet', subject, token })
    }
  }
  return calls
}

/** In a process of its own: 2,000 requests at once would keep this one from looking at the others. */
async function burst({ server }: Scene, calls: readonly ToolCall[]): Promise<readonly SeenCall[]> {
  const client = new StartedProcess({
    program: 'test/faults/children/burst.ts',
    nodeArguments: ['--import', 'tsx'],
  })
  try {
    const question: BurstQuestion = { origin: server.origin, calls }
    const seen = (await client.ask(question)) as readonly SeenCall[]
    const { timeOrigin } = performance
    return seen.map((call) => ({
      ...call,
      beganMs: call.beganMs - timeOrigin,
      endedMs: call.endedMs - timeOrigin,
    }))
  } finally {
    await client.kill()
  }
}

/** One user who calls the tool that needs no API, again and again. */
class LocalCalls {
  readonly #seen: SeenCall[] = []
  readonly #done: Promise<void>
  #stopping = false

  constructor(scene: Scene) {
    this.#done = this.#loop(scene)
  }

  async stop(): Promise<readonly SeenCall[]> {
    this.#stopping = true
    await this.#done
    return this.#seen
  }

  async #loop({ deployment, server }: Scene): Promise<void> {
    const pool = new Pool(server.origin)
    const token = await deployment.tokenOf(LOCAL_USER)
    while (!this.#stopping) {
      this.#seen.push(await callTool(pool, { tool: 'whoami', subject: LOCAL_USER, token }))
      await pause(LOCAL_PAUSE_MS)
    }
    await pool.destroy()
  }
}

function figures(seen: readonly SeenCall[], whoami: readonly SeenCall[]): readonly string[] {
  const good = seen.filter(({ verdict }) => verdict === 'ok')
  const refused = seen.filter(({ verdict }) => verdict !== 'ok')
  const users = new Set(good.map(({ subject }) => subject)).size
  return [
    `${good.length} of the ${seen.length} calls went well, of ${users} users`,
    `refused after ${seconds(refused, 0.5)} (median), ${seconds(refused, 1)} (latest)`,
    `a tool that needs no API: ${seconds(whoami, 0.5)} (median), ${seconds(whoami, 1)} (slowest)`,
  ]
}

function seconds(calls: readonly SeenCall[], share: number): string {
  if (calls.length === 0) return 'none'
  const tookMs = percentile(
    calls.map((call) => call.endedMs - call.beganMs),
    share,
  )
  return `${(tookMs / 1_000).toFixed(1)} s`
}
