import { setTimeout as pause } from 'node:timers/promises'
import type { Case } from './case.js'
import { auditProblems, outcomesOf } from './checks/audit-problems.js'
import { endProblems, metricProblems, settle, type Settled } from './checks/process-problems.js'
import { Deployment } from './processes/deployment.js'
import type { Held, OurServer } from './processes/our-server.js'
import type { CaseResult } from './results.js'
import { Scene, type Scale } from './scene.js'

export interface Finding {
  readonly result: CaseResult
  readonly problems: readonly string[]
  /** What a server held for longer than usual, but not for too long. */
  readonly late: readonly string[]
}

/** Runs one case on processes of its own, and holds it against what is promised. */
export async function runCase(which: Case, scale: Scale): Promise<Finding> {
  const deployment = await Deployment.open(which.settings)
  try {
    const server = await deployment.startServer()
    return await on(server, which, { scale, deployment })
  } finally {
    await deployment.close()
  }
}

async function on(
  server: OurServer,
  which: Case,
  { scale, deployment }: { readonly scale: Scale; readonly deployment: Deployment },
): Promise<Finding> {
  try {
    const before = await warmedUp(new Scene({ scale, deployment, server }))
    const scene = new Scene({ scale, deployment, server })
    scene.others.push(...before.calls)
    const figures = (await which.run(scene)).join('; ')
    await scene.traffic.stop()
    const settled = await settledAfter(scene, before.held)
    await scene.probes.stop()
    const problems = [...scene.problems, ...settled.problems, ...probeProblems(scene, which)]
    problems.push(...(await stopAll(scene, which)))
    const records = scene.servers.flatMap((each) => each.records())
    const outcomes = outcomesOf(records)
    problems.push(...auditProblems(scene.calls, records, scene.lost))
    problems.push(...unpromised(outcomes, which))
    const { heapGrowthMb, late } = settled
    return { problems, late, result: { ...summary(which, scene, outcomes), heapGrowthMb, figures } }
  } catch (cause) {
    // It may have ended, and then says there why.
    throw new Error(`${which.fault}: ${server.process.stderr}`, { cause })
  }
}

/** Code that was never run is not compiled, and pools are empty: what a server holds is compared with what it held afterwards. */
async function warmedUp({ traffic, probes, scale, server }: Scene) {
  await pause(scale.calmMs)
  await traffic.stop()
  await probes.stop()
  return { held: await server.held(), calls: traffic.seen }
}

/** A server that the case itself has ended holds nothing. */
async function settledAfter({ server, calls }: Scene, before: Held): Promise<Settled> {
  if (server.end !== undefined) return { heapGrowthMb: undefined, problems: [], late: [] }
  return settle(server, before, calls.length)
}

/** Stops each server in order, which writes its last records, and compares these with its metrics; looks at what it leaves behind. */
export async function stopAll(
  { servers }: Pick<Scene, 'servers'>,
  { securityCodes = [] }: Pick<Case, 'securityCodes'>,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const server of servers) {
    if (server.end === undefined) {
      const metrics = await server.metrics()
      await server.stop('SIGTERM')
      problems.push(...metricProblems(metrics, outcomesOf(server.records())))
    }
    problems.push(...endProblems(server, securityCodes))
  }
  return problems
}

function probeProblems({ probes }: Scene, { reasons = [] }: Case): readonly string[] {
  const unpromisedReasons = [...probes.reasons].filter((reason) => !reasons.includes(reason))
  return [
    ...probes.unhealthy.slice(0, 1).map((text) => `/healthz: ${text}`),
    ...unpromisedReasons.map((reason) => `/readyz: ${reason}`),
  ]
}

/** Outcomes that the documentation does not promise. */
export function unpromised(
  outcomes: Readonly<Record<string, number>>,
  { codes }: Pick<Case, 'codes'>,
): readonly string[] {
  return Object.entries(outcomes)
    .filter(([outcome]) => outcome !== 'ok' && !codes.includes(outcome))
    .map(([outcome, count]) => `${count} calls ended with ${outcome}, which nobody promised`)
}

function summary({ fault }: Case, scene: Scene, outcomes: Readonly<Record<string, number>>) {
  const { ok = 0, ...failed } = outcomes
  const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  return { fault, calls, good: ok, failed, recoverySeconds: scene.recoverySeconds }
}
