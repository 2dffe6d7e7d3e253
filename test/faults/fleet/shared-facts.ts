import { Pool } from 'undici'
import { createDpopKey } from '../../helpers/dpop-key.js'
import { callTool, SUBJECT_PREFIX, type SeenCall, type ToolCall } from '../load/tool-call.js'
import { PUBLIC_ENDPOINT } from '../processes/deployment.js'
import type { OurServer } from '../processes/our-server.js'
import type { FleetScene } from './fleet-scene.js'

/** A store that a busy machine has kept waiting for a moment is used again a second later. */
const TRIES = 5

let users = 0

function newUser(): string {
  users += 1
  return `${SUBJECT_PREFIX}beside-the-load-${users}`
}

/** Calls a tool at one instance, past the balancer. */
export async function callAt(
  scene: FleetScene,
  server: OurServer,
  call: ToolCall,
): Promise<SeenCall> {
  const pool = new Pool(server.origin, { connections: 1 })
  const seen = await callTool(pool, call)
  await pool.destroy()
  scene.others.push(seen)
  return seen
}

/** How many exchanges the authorization server has made. */
export async function exchangesSoFar(scene: FleetScene): Promise<number> {
  const exchanges = await scene.deployment.exchanges()
  return Object.values(exchanges).reduce((sum, count) => sum + count, 0)
}

/** The instances share: what one has exchanged, each other one uses. */
export async function expectShared(scene: FleetScene, when: string): Promise<void> {
  const counts: number[] = []
  while (counts.length < TRIES && counts.at(-1) !== 1) {
    const subject = newUser()
    const token = await scene.deployment.tokenOf(subject)
    for (const server of scene.running) {
      await callAt(scene, server, { tool: 'greet', subject, token })
    }
    counts.push((await scene.deployment.exchanges())[subject] ?? 0)
  }
  const told = `a token was exchanged ${counts.join(', ')} times ${when}`
  scene.expect(counts.at(-1) === 1, `nothing is shared: ${told}`)
}

/** Sends proofs, each to all instances at the same moment: none may be good twice. Resolves with how many were good. */
export async function provedAtOnce(scene: FleetScene, proofs: number): Promise<number> {
  const seen = await Promise.all(Array.from({ length: proofs }, () => provedOnce(scene)))
  const accepted = seen.map((calls) => calls.filter(({ verdict }) => verdict === 'ok').length)
  for (const times of accepted) scene.expect(times <= 1, `a proof was good at ${times} instances`)
  return accepted.filter((times) => times > 0).length
}

async function provedOnce(scene: FleetScene): Promise<readonly SeenCall[]> {
  const subject = newUser()
  const key = await createDpopKey()
  const token = await scene.deployment.tokenOf(subject, { cnf: { jkt: key.thumbprint } })
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const proof = await key.prove(token, { method: 'POST', url: PUBLIC_ENDPOINT, nowSeconds })
  const headers = { authorization: `DPoP ${token}`, dpop: proof }
  return Promise.all(
    scene.running.map((server) =>
      callAt(scene, server, { tool: 'whoami', subject, token, headers }),
    ),
  )
}

/** A new token is used at all instances at the same moment. Resolves with how often each was exchanged, on average. */
export async function exchangedAtOnce(scene: FleetScene, tokens: number): Promise<number> {
  const used = async (): Promise<string> => {
    const subject = newUser()
    const token = await scene.deployment.tokenOf(subject)
    await Promise.all(
      scene.running.map((server) => callAt(scene, server, { tool: 'greet', subject, token })),
    )
    return subject
  }
  const subjects = await Promise.all(Array.from({ length: tokens }, used))
  const exchanges = await scene.deployment.exchanges()
  return subjects.reduce((sum, subject) => sum + (exchanges[subject] ?? 0), 0) / tokens
}
