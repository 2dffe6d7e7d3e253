import { SUBJECT_PREFIX } from '../load/tool-call.js'
import type { FleetCase } from './fleet-case.js'
import { callAt, expectShared } from './shared-facts.js'

/** Records are written at once, but not before the answer. */
const UNWRITTEN_MS = 2_000
const SUBJECT = `${SUBJECT_PREFIX}before-the-kill`

/** One of two instances ends at once. */
export const INSTANCE_KILLED: Readonly<Record<string, FleetCase>> = {
  instanceKilled: {
    fault: 'one of two instances killed (SIGKILL), then started again',
    short: false,
    codes: ['insufficient_scope'],
    async run(scene) {
      const [killed] = scene.servers
      if (killed === undefined) throw new Error('there is no instance')
      await scene.calm('before')
      const token = await scene.deployment.tokenOf(SUBJECT)
      await callAt(scene, killed, { tool: 'greet', subject: SUBJECT, token })
      await scene.stopProbes(killed)
      const killedMs = performance.now()
      await killed.stop('SIGKILL')
      scene.lost = { fromMs: killedMs - UNWRITTEN_MS, toMs: performance.now() }
      await scene.calmAlone(killedMs)
      scene.balancer.remove(killed.origin)
      const next = await scene.startServer()
      await scene.eventually('the store can be had', () => scene.isAvailable(true))
      for (const server of scene.running) {
        await callAt(scene, server, { tool: 'greet', subject: SUBJECT, token })
      }
      const exchanges = (await scene.deployment.exchanges())[SUBJECT] ?? 0
      scene.expect(
        exchanges === 1,
        `what the killed one exchanged was exchanged ${exchanges} times`,
      )
      await expectShared(scene, `with ${next.origin}`)
      await scene.calm('after')
      return [
        `requests that were under way there: ${scene.balancer.broken} lost`,
        'what it had exchanged is used by the others',
      ]
    },
  },
}
