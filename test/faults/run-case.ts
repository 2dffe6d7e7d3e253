import { setTimeout as pause } from 'node:timers/promises'
import type { Case } from './case.js'
import { auditProblems, outcomesOf } from './checks/audit-problems.js'
import { metricProblems, settle, stopProblems } from './checks/process-problems.js'
import { Deployment } from './processes/deployment.js'
import { eventually } from './processes/eventually.js'
import type { OurServer } from './processes/our-server.js'
import type { CaseResult } from './results.js'
import { Scene, type Scale } from './scene.js'

export interface Finding {
  readonly result: CaseResult
  readonly problems: readonly string[]
}

/** The audit writes in the background. */
const RECORDED_WITHIN_MS = 15_000

/** Runs one case on processes of its own, and holds it against what is promised. */
export async function runCase(which: Case, scale: Scale): Promise<Finding> {
  const deployment = await Deployment.open(which.settings)
  try {
    const server = await deployment.startServer()
    const before = await warmedUp(new Scene({ scale, deployment, server }))
    const scene = new Scene({ scale, deployment, server })
    scene.others.push(...before.calls)
    const figures = await which.run(scene)
    await scene.traffic.stop()
    const settled = await settle(server, before.held, scene.calls.length)
    await scene.probes.stop()
    const problems = [...scene.problems, ...settled.problems, ...probeProblems(scene, which)]
    const outcomes = await recorded(server, scene)
    problems.push(...metricProblems(await server.metrics(), outcomes))
    problems.push(...(await stopProblems(server)))
    problems.push(...auditProblems(scene.calls, server.records()), ...unpromised(outcomes, which))
    const { heapGrowthMb } = settled
    return { problems, result: { ...summary(which, scene, outcomes), heapGrowthMb, figures } }
  } finally {
    await deployment.close()
  }
}

/** Code that was never run is not compiled, and pools are empty: what a server holds is compared with what it held afterwards. */
async function warmedUp({ traffic, probes, scale, server }: Scene) {
  await pause(scale.calmMs)
  await traffic.stop()
  await probes.stop()
  return { held: await server.held(), calls: traffic.seen }
}

async function recorded(
  server: OurServer,
  { calls }: Scene,
): Promise<Readonly<Record<string, number>>> {
  const answered = calls.filter(({ requestId }) => requestId !== undefined).length
  await eventually(() => server.records().length >= answered, RECORDED_WITHIN_MS).catch(
    () => undefined,
  )
  return outcomesOf(server.records())
}

function probeProblems({ probes }: Scene, { reasons = [] }: Case): readonly string[] {
  const unpromisedReasons = [...probes.reasons].filter((reason) => !reasons.includes(reason))
  return [
    ...probes.unhealthy.slice(0, 1).map((text) => `/healthz: ${text}`),
    ...unpromisedReasons.map((reason) => `/readyz: ${reason}`),
  ]
}

function unpromised(
  outcomes: Readonly<Record<string, number>>,
  { codes }: Case,
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
