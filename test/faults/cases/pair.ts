import { setTimeout as pause } from 'node:timers/promises'
import type { Case } from '../case.js'
import { Balancer } from '../load/balancer.js'
import { SdkClients } from '../load/sdk-clients.js'
import type { SeenCall } from '../load/tool-call.js'
import type { OurServer } from '../processes/our-server.js'
import type { Scene } from '../scene.js'

const SDK_CLIENTS = 3
/** Records are written at once, but not before the answer. */
const UNWRITTEN_MS = 2_000

/** Two instances behind a balancer that asks for `/readyz`, with HTTP requests and clients of the SDK. */
export const PAIR: Readonly<Record<string, Case>> = {
  rollingRestart: {
    fault: 'rolling restart of a pair behind a balancer, with `DRAIN_DELAY_SECONDS=2`',
    short: true,
    settings: { DRAIN_DELAY_SECONDS: '2' },
    codes: [],
    async run(scene) {
      const { servers } = scene
      const { seen } = await besidePair(scene, async (balancer) => {
        for (const old of [...servers]) {
          const next = await scene.startServer()
          await balancer.add(next.origin)
          await scene.probes.stop()
          await old.stop('SIGTERM')
          balancer.remove(old.origin)
          await pause(scene.scale.calmMs)
        }
      })
      const lost = seen.filter(({ verdict }) => verdict !== 'ok').length
      scene.expect(lost === 0, `${lost} calls were lost`)
      return [`${lost} of ${seen.length} calls lost`, 'both instances replaced']
    },
  },
  oneKilled: {
    fault: 'one of a pair killed (SIGKILL), then started again',
    short: false,
    codes: [],
    async run(scene) {
      const { seen, result } = await besidePair(scene, async (balancer) => {
        const { server } = scene
        await scene.probes.stop()
        const underWay = balancer.underWay(server.origin)
        const killedMs = performance.now()
        await server.stop('SIGKILL')
        scene.lost = { fromMs: killedMs - UNWRITTEN_MS, toMs: performance.now() }
        await pause(scene.scale.calmMs)
        balancer.remove(server.origin)
        await balancer.add((await scene.startServer()).origin)
        const back = performance.now()
        await pause(scene.scale.calmMs)
        const late = scene.traffic.since(back).filter(({ verdict }) => verdict !== 'ok')
        scene.expect(late.length === 0, `${late.length} calls failed after the restart`)
        return { underWay, broken: balancer.broken }
      })
      const lost = seen.filter(({ verdict }) => verdict !== 'ok').length
      scene.expect(lost === result.broken, `${lost} calls lost, ${result.broken} were under way`)
      return [`${lost} calls lost: those that were under way there`]
    },
  },
}

/** Has the traffic go through the balancer while something happens to the pair. */
async function besidePair<T>(
  scene: Scene,
  happens: (balancer: Balancer) => Promise<T>,
): Promise<{ readonly seen: readonly SeenCall[]; readonly result: T }> {
  const balancer = await Balancer.open()
  await Promise.all([scene.server, await scene.startServer()].map(add(balancer)))
  await scene.turnTraffic(balancer.origin)
  const tokenOf = (subject: string): Promise<string> => scene.deployment.tokenOf(subject)
  const sdk = new SdkClients(balancer.origin, { count: SDK_CLIENTS, tokenOf })
  try {
    await pause(scene.scale.calmMs)
    const result = await happens(balancer)
    await Promise.all([scene.traffic.stop(), sdk.stop()])
    scene.others.push(...sdk.seen)
    return { seen: [...scene.traffic.seen, ...sdk.seen], result }
  } finally {
    await balancer.close()
  }
}

function add(balancer: Balancer): (server: OurServer) => Promise<void> {
  return ({ origin }) => balancer.add(origin)
}
