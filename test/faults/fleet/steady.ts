import type { FleetCase } from './fleet-case.js'
import { durations } from './fleet-scene.js'
import { exchangedAtOnce, expectShared, provedAtOnce } from './shared-facts.js'

const PROOFS = 20
const TOKENS_AT_ONCE = 30
/** Of the tokens that users use at both instances. */
const MIN_EXCHANGED_ONCE = 0.99
/** Where the store may be late, since the machine is busy: then an instance exchanges for itself. */
const MIN_EXCHANGED_ONCE_WHEN_BUSY = 0.95

/** A fleet to which nothing happens. */
export const STEADY: Readonly<Record<string, FleetCase>> = {
  steady: {
    fault: 'nothing: the users alone',
    short: true,
    // A proof that was used before is `malformed_credentials`.
    codes: ['insufficient_scope', 'malformed_credentials'],
    async run(scene) {
      await scene.calm('at first')
      const took = await scene.calm('with nothing wrong')
      const byToken = Object.values(await scene.deployment.exchangesByToken())
      const once = byToken.filter((count) => count === 1).length / byToken.length
      const least = scene.scale.judgesTimes ? MIN_EXCHANGED_ONCE : MIN_EXCHANGED_ONCE_WHEN_BUSY
      scene.expect(once >= least, `${percent(once)} of the tokens exchanged once`)
      const proved = await provedAtOnce(scene, PROOFS)
      scene.expect(proved === PROOFS, `${proved} of ${PROOFS} proofs were good at an instance`)
      const atOnce = await exchangedAtOnce(scene, TOKENS_AT_ONCE)
      await expectShared(scene, 'with nothing wrong')
      return [
        `${percent(once)} of ${byToken.length} tokens exchanged once`,
        `a new token used at both at once: ${atOnce.toFixed(2)} exchanges`,
        `${PROOFS} proofs sent to both at once: ${proved} good, each at one`,
        `requests: ${durations(took)}`,
      ]
    },
  },
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
