import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { percentile } from '../../../bench/statistics.js'
import type { Case } from '../case.js'
import { callTool, SUBJECT_PREFIX } from '../load/tool-call.js'
import type { Scene } from '../scene.js'

const GREEDY = `${SUBJECT_PREFIX}greedy`
/** Calls of the greedy user at a time; by `CONCURRENCY_PER_CALLER`, more would be refused. */
const AT_A_TIME = 60
const API_LATENCY_MS = 40
const API_PLACES = 8
/** A quarter, by default. */
const PLACES_PER_USER = 2
const EXCHANGES_A_SECOND = 20

/** What one user with many calls at a time takes from the others. */
export const GREEDY_USER: Readonly<Record<string, Case>> = {
  greedyCalls: {
    fault: `one user makes ${AT_A_TIME} calls of the API at a time`,
    short: true,
    settings: { API_CONNECTIONS: `${API_PLACES}`, API_TIMEOUT_MS: '10000' },
    codes: ['downstream_unavailable'],
    async run(scene) {
      await scene.deployment.changeApi({ latencyMs: API_LATENCY_MS })
      const alone = await medianBeside(scene, undefined)
      await scene.deployment.apiCalls()
      const token = await scene.deployment.tokenOf(GREEDY)
      const beside = await medianBeside(scene, () => Promise.resolve(token))
      const calls = Object.entries(await scene.deployment.apiCalls())
      const { most = 0, all = 0 } = calls.find(([user]) => user === GREEDY)?.[1] ?? {}
      scene.expect(most <= PLACES_PER_USER, `the greedy user had ${most} places`)
      const total = calls.reduce((sum, [, user]) => sum + user.all, 0)
      return [
        `at most ${most} of ${API_PLACES} places`,
        `${percent(all / total)} of the calls of the API`,
        `median latency of the others ${(beside / alone).toFixed(1)} times as long`,
      ]
    },
  },
  greedyExchanges: {
    fault: `one user makes ${AT_A_TIME} calls at a time, each with a token that has to be exchanged`,
    short: false,
    settings: {
      EXCHANGE_RATE_PER_SECOND: `${EXCHANGES_A_SECOND}`,
      EXCHANGE_TIMEOUT_MS: '10000',
    },
    codes: ['exchange_unavailable'],
    async run(scene) {
      await scene.calm('before')
      const before = await scene.deployment.exchanges()
      await medianBeside(scene, () => scene.deployment.tokenOf(GREEDY))
      const made = Object.entries(await scene.deployment.exchanges()).map(
        ([user, count]) => [user, count - (before[user] ?? 0)] as const,
      )
      const total = made.reduce((sum, [, count]) => sum + count, 0)
      const own = made.find(([user]) => user === GREEDY)?.[1] ?? 0
      // Four users beside it wait for theirs at any time.
      scene.expect(own / total <= 0.5, `the greedy user had ${own} of ${total} exchanges`)
      return [`${percent(own / total)} of the exchanges`, `of ${AT_A_TIME + 4} calls that wait`]
    },
  },
}

/** The median latency of the other users while one user calls as much as it can; every call of the others has to go well. */
async function medianBeside(
  scene: Scene,
  greedyToken: (() => Promise<string>) | undefined,
): Promise<number> {
  const begun = performance.now()
  const end = begun + scene.scale.faultMs
  const pool = new Pool(scene.server.origin)
  const loop = async (): Promise<void> => {
    while (greedyToken !== undefined && performance.now() < end) {
      const token = await greedyToken()
      scene.others.push(await callTool(pool, { tool: 'greet', subject: GREEDY, token }))
    }
  }
  await Promise.all([pause(scene.scale.faultMs), ...Array.from({ length: AT_A_TIME }, loop)])
  await pool.destroy()
  const calls = scene.traffic.since(begun)
  const failed = calls.filter(({ verdict }) => verdict !== 'ok').length
  scene.expect(failed === 0, `${failed} calls of the other users failed`)
  return percentile(
    calls.map((call) => call.endedMs - call.beganMs),
    0.5,
  )
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
