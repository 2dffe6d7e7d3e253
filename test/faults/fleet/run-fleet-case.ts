import { auditProblems, outcomesOf } from '../checks/audit-problems.js'
import { settle } from '../checks/process-problems.js'
import { AUDIENCE, Deployment } from '../processes/deployment.js'
import { stopAll, unpromised } from '../run-case.js'
import type { FleetCase } from './fleet-case.js'
import type { FleetResult } from './fleet-results.js'
import type { FleetScale } from './fleet-scale.js'
import { FleetScene, type FleetParts } from './fleet-scene.js'
import { FleetStore } from './fleet-store.js'

export interface FleetFinding {
  readonly result: FleetResult
  readonly problems: readonly string[]
}

/** Of 32 bytes, in base64. */
const STORE_KEY = Buffer.alloc(32, 7).toString('base64')
const INSTANCES = 2

/** Runs one case on processes of its own, and holds it against what is promised. */
export async function runFleetCase(which: FleetCase, scale: FleetScale): Promise<FleetFinding> {
  const store = await (which.store ?? FleetStore.open)()
  const shared = { STORE_URL: store.url, STORE_KEY, INSTANCES: `${INSTANCES}` }
  const deployment = await Deployment.open({ ...shared, ...which.settings })
  try {
    const servers = [await deployment.startServer(), await deployment.startServer()]
    return await on({ scale, deployment, store, servers }, which)
  } finally {
    await deployment.close()
    await store.close()
  }
}

async function on(parts: FleetParts, which: FleetCase): Promise<FleetFinding> {
  const { servers } = parts
  try {
    const warmUp = await warmedUp(parts)
    const before = await Promise.all(servers.map((server) => server.held()))
    const scene = await FleetScene.open(parts)
    scene.others.push(...warmUp.calls)
    scene.problems.push(...warmUp.problems)
    const figures = await which.run(scene)
    await scene.close()
    const { problems, calls } = scene
    for (const [at, held] of before.entries()) {
      const server = servers[at]
      if (server === undefined || server.end !== undefined) continue
      problems.push(...(await settle(server, held, calls.length)).problems)
    }
    problems.push(...(await dumpProblems(scene)), ...transitionProblems(scene))
    problems.push(...(await stopAll(scene, which)))
    const records = scene.servers.flatMap((server) => server.records())
    const outcomes = outcomesOf(records)
    problems.push(...auditProblems(calls, records, scene.lost), ...unpromised(outcomes, which))
    return { problems, result: await resultOf(scene, which, figures) }
  } catch (cause) {
    // One of them may have ended, and then says there why.
    const said = servers.map(({ process }) => process.stderr).join('')
    throw new Error(`${which.fault}: ${said}`, { cause })
  }
}

/** Code that was never run is not compiled, and pools are empty: what a server holds is compared with what it held afterwards. */
async function warmedUp(parts: FleetParts): Promise<FleetScene> {
  const scene = await FleetScene.open(parts)
  await scene.eventually('the store can be had', () => scene.isAvailable(true))
  await scene.calm('while it warmed up')
  await scene.close()
  return scene
}

/** What nobody may read in the store. */
const SECRETS = [
  ...['user|', 'of-fleet', 'eyJhbGciOi', 'mcp-server', 'faults', 'tool:greet', 'tool:whoami'],
  ...[AUDIENCE, 'api.example', '127.0.0.1'],
]

/** What lies in the store, and should not be there in clear. */
async function dumpProblems({ store }: FleetScene): Promise<readonly string[]> {
  const dump = await store.dump()
  const kept = [...dump.keys()].filter((key) => key.startsWith('mcp-obo:t:'))
  const all = [...dump].flat().join('\n')
  return [
    ...(kept.length === 0 ? ['no token lies in the store'] : []),
    ...SECRETS.filter((secret) => all.includes(secret)).map((secret) => `in the store: ${secret}`),
  ]
}

const TRANSITIONS = [
  ['store_available', 'store_unavailable'],
  ['store_refuses', 'store_accepts'],
] as const

/** Each change is one line of the log: no two in a row say the same. */
function transitionProblems(scene: FleetScene): readonly string[] {
  return scene.servers.flatMap((server) =>
    TRANSITIONS.flatMap(([first, other]) => {
      const told = scene.storeEvents(server).filter((event) => event === first || event === other)
      const alternate = told.every((event, at) => event === (at % 2 === 0 ? first : other))
      return alternate ? [] : [`the log says: ${told.join(', ')}`]
    }),
  )
}

async function resultOf(
  scene: FleetScene,
  { fault }: FleetCase,
  figures: readonly string[],
): Promise<FleetResult> {
  const { made } = scene.users
  const byToken = Object.values(await scene.deployment.exchangesByToken())
  return {
    fault,
    requests: made.length,
    failed: made.filter(({ failure }) => failure !== undefined).length,
    tokens: byToken.length,
    exchanges: byToken.reduce((sum, count) => sum + count, 0),
    recoverySeconds: scene.recoverySeconds,
    figures: figures.join('; '),
  }
}
