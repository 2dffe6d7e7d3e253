import { setTimeout as pause } from 'node:timers/promises'
import { SUBJECT_PREFIX } from '../load/tool-call.js'
import type { FleetCase } from './fleet-case.js'
import type { FleetScene } from './fleet-scene.js'
import { callAt, exchangesSoFar } from './shared-facts.js'

const EXCHANGES_A_SECOND = 20
/** They come at the same moment to one instance: more than have their turn in four seconds. */
const ONCE = 100
/** At the other instance. */
const AGAIN_AND_AGAIN = 10
/** What a quiet time had saved is gone, and the parts of the rate follow the users. */
const SETTLED_AFTER_MS = 2_000
const TOLERANCE = 0.1

/** The rate that instances share, while users wait for it who do not come again. */
export const WAITING_USERS: Readonly<Record<string, FleetCase>> = {
  waitingUsers: {
    fault: `${ONCE} users come at once to one instance, for one exchange each; ${AGAIN_AND_AGAIN} at the other need one for each call`,
    short: false,
    settings: {
      EXCHANGE_RATE_PER_SECOND: `${EXCHANGES_A_SECOND}`,
      EXCHANGE_TIMEOUT_MS: '20000',
    },
    codes: ['insufficient_scope', 'exchange_unavailable'],
    async run(scene) {
      await scene.calm('before')
      const { rate, served, longestMs } = await whileTheyWait(scene)
      const isFast = rate <= EXCHANGES_A_SECOND * (1 + TOLERANCE)
      const isSlow = scene.scale.judgesTimes && rate < EXCHANGES_A_SECOND * (1 - TOLERANCE)
      scene.expect(isFast && !isSlow, `${rate} exchanges a second`)
      const isUnfair = scene.scale.judgesTimes && served < ONCE
      scene.expect(!isUnfair, `${served} of ${ONCE} users had their exchange`)
      await scene.calm('after')
      return [
        `${rate.toFixed(1)} exchanges a second, of ${EXCHANGES_A_SECOND}, while they waited`,
        `${served} of the ${ONCE} had theirs, the last after ${(longestMs / 1_000).toFixed(1)} s`,
      ]
    },
  },
}

interface Waited {
  /** Exchanges a second at the authorization server. */
  readonly rate: number
  readonly served: number
  readonly longestMs: number
}

async function whileTheyWait(scene: FleetScene): Promise<Waited> {
  const [first, second] = scene.running
  if (first === undefined || second === undefined) throw new Error('there are no two instances')
  let isOver = false
  const again = async (at: number): Promise<void> => {
    const subject = `${SUBJECT_PREFIX}again-${at}`
    while (!isOver) {
      const token = await scene.deployment.tokenOf(subject)
      await callAt(scene, second, { tool: 'greet', subject, token })
    }
  }
  const others = Array.from({ length: AGAIN_AND_AGAIN }, (_, at) => again(at))
  const subjects = Array.from({ length: ONCE }, (_, at) => `${SUBJECT_PREFIX}once-${at}`)
  const tokens = await Promise.all(subjects.map((subject) => scene.deployment.tokenOf(subject)))
  const once = subjects.map((subject, at) =>
    callAt(scene, first, { tool: 'greet', subject, token: tokens[at] ?? '' }),
  )
  await pause(SETTLED_AFTER_MS)
  const [begunMs, before] = [performance.now(), await exchangesSoFar(scene)]
  const seen = await Promise.all(once)
  const exchanged = (await exchangesSoFar(scene)) - before
  const rate = exchanged / ((performance.now() - begunMs) / 1_000)
  isOver = true
  await Promise.all(others)
  return {
    rate,
    served: seen.filter(({ verdict }) => verdict === 'ok').length,
    longestMs: Math.max(...seen.map(({ beganMs, endedMs }) => endedMs - beganMs)),
  }
}
