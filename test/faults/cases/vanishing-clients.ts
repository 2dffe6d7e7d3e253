import { setTimeout as pause } from 'node:timers/promises'
import type { Case } from '../case.js'
import { callBytes, RawClient } from '../load/raw-client.js'
import { SUBJECT_PREFIX, type SeenCall } from '../load/tool-call.js'
import type { Scene } from '../scene.js'

interface Request {
  readonly head: string
  readonly body: string
}

/** How far a client gets before it vanishes. */
const WAYS: readonly ((client: RawClient, request: Request) => Promise<void>)[] = [
  // in the middle of the headers
  async (client, { head }) => {
    client.write(head.slice(0, head.length / 2))
    await pause(20)
    client.drop()
  },
  // in the middle of the body
  async (client, { head, body }) => {
    client.write(`${head}${body.slice(0, body.length / 2)}`)
    await pause(20)
    client.drop()
  },
  // as soon as everything is sent
  async (client, { head, body }) => {
    client.write(`${head}${body}`)
    await pause(1)
    client.drop()
  },
  // while the API is called
  async (client, { head, body }) => {
    client.write(`${head}${body}`)
    await pause(30)
    client.drop()
  },
  // in the middle of the answer
  async (client, { head, body }) => {
    client.write(`${head}${body}`)
    await Promise.race([client.closed, waitForBytes(client)])
    client.drop()
  },
  // it sends no more, and waits for its answer
  async (client, { head, body }) => {
    client.socket.end(`${head}${body}`)
    await Promise.race([client.closed, waitForBytes(client)])
    client.drop()
  },
]
const AT_A_TIME = 8
const API_LATENCY_MS = 60
/** So that an answer comes in several parts. */
const GREETING_LENGTH = 100_000

export const VANISHING: Readonly<Record<string, Case>> = {
  clientsVanish: {
    fault:
      'clients vanish: in the middle of a request, while the API is called, in the middle of the answer',
    short: true,
    codes: ['client_gone', 'cancelled', 'invalid_request'],
    async run(scene) {
      await scene.calm('before')
      await scene.deployment.changeApi({
        latencyMs: API_LATENCY_MS,
        greetingLength: GREETING_LENGTH,
      })
      const end = performance.now() + scene.scale.faultMs
      let vanished = 0
      const loop = async (first: number): Promise<void> => {
        for (let at = first; performance.now() < end; at += 1) {
          vanished += 1
          await vanish(scene, at)
        }
      }
      await Promise.all(Array.from({ length: AT_A_TIME }, (_, at) => loop(at)))
      await scene.calm('while clients vanish')
      await scene.deployment.changeApi({ latencyMs: 0, greetingLength: 0 })
      await scene.recovery(0)
      await scene.calm('after')
      return [`${vanished} clients vanished`]
    },
  },
}

async function vanish(scene: Scene, at: number): Promise<void> {
  const subject = `${SUBJECT_PREFIX}vanishing-${at % AT_A_TIME}`
  const token = await scene.deployment.tokenOf(subject)
  const beganMs = performance.now()
  const client = await RawClient.open(scene.server.origin)
  await WAYS[at % WAYS.length]?.(client, callBytes({ tool: 'greet', token }))
  scene.others.push(gone(subject, beganMs))
}

/** A call whose answer nobody saw. */
export function gone(subject: string, beganMs: number): SeenCall {
  return {
    ...{ subject, verdict: 'gone', beganMs, endedMs: performance.now() },
    ...{ status: undefined, requestId: undefined, wrong: undefined },
  }
}

async function waitForBytes(client: RawClient): Promise<void> {
  for (let look = 0; look < 1_000 && client.received === 0; look += 1) await pause(2)
}
