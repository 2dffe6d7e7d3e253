import { setTimeout as pause } from 'node:timers/promises'
import type { FleetCase } from './fleet-case.js'
import { durations, type FleetScene } from './fleet-scene.js'
import { expectShared, provedAtOnce } from './shared-facts.js'

/** What the store costs the requests that meet it first when it is gone: docs/operations.md. */
const STORE_LIMIT_MS = 150
/** Beyond that, what a request may take on a machine that is busy: what hangs is found, not what is slow. */
const BUSY_MS = 55_000
const PROOFS = 5

/** A store that fails for a while: what happens, what ends it. */
export interface StoreOutageParts extends Omit<FleetCase, 'run' | 'codes'> {
  readonly begin: (scene: FleetScene) => unknown
  readonly end: (scene: FleetScene) => unknown
  /** What each instance logs when it begins and when it is over. */
  readonly events: readonly [string, string]
  /** It is not kept up for a while: it is over as soon as it can be. Default: it is kept up. */
  readonly endsByItself?: boolean
}

/** A case of a store that fails for a while. Nothing but proofs of possession is refused meanwhile. */
export function storeOutage(parts: StoreOutageParts): FleetCase {
  const { begin, end, events, endsByItself = false, ...promised } = parts
  return {
    ...promised,
    codes: ['insufficient_scope', 'malformed_credentials', 'verifier_unavailable'],
    async run(scene) {
      const before = await scene.calm('before')
      await scene.eventually('the store can be had', () => scene.isAvailable(true))
      const seen = eventsSoFar(scene)
      const begunMs = performance.now()
      await begin(scene)
      await scene.eventually(`${events[0]} is logged`, () => haveLogged(scene, seen, events[0]))
      if (!endsByItself) await whileItLasts(scene, { events, begunMs })
      const during = scene.allWell(begunMs, 'while it lasted')
      await end(scene)
      await recovered(scene, seen, events[1])
      await scene.calm('after')
      const late = lateOnes(scene, { before, during })
      return [
        `requests before: ${durations(before)}`,
        `while it lasted: ${durations(during)}, ${late} of them more than ${STORE_LIMIT_MS} ms over the longest before`,
      ]
    },
  }
}

/** How many requests took longer than a store that fails may make them. */
function lateOnes(
  scene: FleetScene,
  { before, during }: { readonly before: readonly number[]; readonly during: readonly number[] },
): number {
  const longest = Math.max(...before) + STORE_LIMIT_MS
  const late = during.filter((tookMs) => tookMs > longest).length
  const most = Math.max(...during)
  const isWell = scene.scale.judgesTimes ? late === 0 : most < longest + BUSY_MS
  scene.expect(isWell, `${late} requests took longer than ${longest} ms, one of them ${most} ms`)
  return late
}

async function whileItLasts(
  scene: FleetScene,
  { events, begunMs }: Pick<StoreOutageParts, 'events'> & { readonly begunMs: number },
): Promise<void> {
  if (events[0] === 'store_unavailable') {
    await scene.eventually('the metric says so', () => scene.isAvailable(false))
  }
  scene.expect((await provedAtOnce(scene, PROOFS)) === 0, 'a proof was good without the store')
  await pause(Math.max(0, scene.scale.faultMs - (performance.now() - begunMs)))
}

/** Until the instances say that the store is back, and prove it. */
async function recovered(scene: FleetScene, seen: EventsSoFar, event: string): Promise<void> {
  const endedMs = performance.now()
  await scene.eventually(`${event} is logged`, () => haveLogged(scene, seen, event))
  await scene.eventually('the metric says so', () => scene.isAvailable(true))
  scene.recoverySeconds = Math.round((performance.now() - endedMs) / 100) / 10
  scene.allWell(endedMs, 'when it was over')
  await expectShared(scene, 'after it was over')
  await provedAtOnce(scene, PROOFS)
}

/** How many events about the store each instance had logged. */
type EventsSoFar = readonly number[]

function eventsSoFar(scene: FleetScene): EventsSoFar {
  return scene.running.map((server) => scene.storeEvents(server).length)
}

function haveLogged(scene: FleetScene, seen: EventsSoFar, event: string): boolean {
  return scene.running.every((server, at) =>
    scene.storeEvents(server).slice(seen[at]).includes(event),
  )
}
