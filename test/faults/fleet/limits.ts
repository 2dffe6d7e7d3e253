import { setTimeout as pause } from 'node:timers/promises'
import { SUBJECT_PREFIX } from '../load/tool-call.js'
import type { FleetCase } from './fleet-case.js'
import type { FleetScene } from './fleet-scene.js'
import { callAt, exchangesSoFar } from './shared-facts.js'

const GREEDY = `${SUBJECT_PREFIX}greedy`
const MESSAGES_A_MINUTE = 200
const GREEDY_CALLS = 300
const AT_A_TIME = 10
const EXCHANGES_A_SECOND = 30
/** Users who need an exchange for each call, at each instance: more at a time than the rate allows. */
const EXCHANGING = 15
/** The shares of the rate follow the users with a delay of a second. */
const SETTLED_AFTER_MS = 3_000
const TOLERANCE = 0.1

/** Limits that count in all instances together. */
export const LIMITS: Readonly<Record<string, FleetCase>> = {
  limits: {
    fault: `one user makes ${GREEDY_CALLS} calls at both instances; then ${2 * EXCHANGING} users need an exchange for each call`,
    short: false,
    settings: {
      RATE_LIMIT_PER_CALLER: `${MESSAGES_A_MINUTE}`,
      EXCHANGE_RATE_PER_SECOND: `${EXCHANGES_A_SECOND}`,
      EXCHANGE_TIMEOUT_MS: '20000',
    },
    codes: ['insufficient_scope', 'rate_limited', 'exchange_unavailable'],
    async run(scene) {
      await scene.calm('before')
      const admitted = await greedyAdmitted(scene)
      const most = MESSAGES_A_MINUTE * (1 + TOLERANCE)
      const least = MESSAGES_A_MINUTE * (1 - TOLERANCE)
      scene.expect(admitted >= least && admitted <= most, `${admitted} messages admitted`)
      const rate = await exchangeRate(scene)
      const isFast = rate <= EXCHANGES_A_SECOND * (1 + TOLERANCE)
      const isSlow = scene.scale.judgesTimes && rate < EXCHANGES_A_SECOND * (1 - TOLERANCE)
      scene.expect(isFast && !isSlow, `${rate} exchanges a second`)
      await scene.calm('after')
      return [
        `${admitted} of the ${MESSAGES_A_MINUTE} messages that a user has in a minute were admitted`,
        `${rate.toFixed(1)} exchanges a second, of ${EXCHANGES_A_SECOND}`,
      ]
    },
  },
}

/** How many messages of one user the instances let through together. */
async function greedyAdmitted(scene: FleetScene): Promise<number> {
  const token = await scene.deployment.tokenOf(GREEDY)
  let left = GREEDY_CALLS
  let admitted = 0
  const loop = async (at: number): Promise<void> => {
    const server = scene.running[at % scene.running.length]
    while (left > 0 && server !== undefined) {
      left -= 1
      const seen = await callAt(scene, server, { tool: 'whoami', subject: GREEDY, token })
      if (seen.verdict === 'ok') admitted += 1
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, (_, at) => loop(at)))
  return admitted
}

/** Exchanges a second at the authorization server while both instances have more to exchange than they may. */
async function exchangeRate(scene: FleetScene): Promise<number> {
  let isOver = false
  const loop = async (at: number): Promise<void> => {
    const subject = `${SUBJECT_PREFIX}exchanging-${at}`
    const server = scene.running[at % scene.running.length]
    while (!isOver && server !== undefined) {
      const token = await scene.deployment.tokenOf(subject)
      await callAt(scene, server, { tool: 'greet', subject, token })
    }
  }
  const loops = Array.from({ length: 2 * EXCHANGING }, (_, at) => loop(at))
  await pause(SETTLED_AFTER_MS)
  const [begun, before] = [performance.now(), await exchangesSoFar(scene)]
  await pause(scene.scale.faultMs / 2)
  const after = await exchangesSoFar(scene)
  const rate = (after - before) / ((performance.now() - begun) / 1_000)
  isOver = true
  await Promise.all(loops)
  return rate
}
