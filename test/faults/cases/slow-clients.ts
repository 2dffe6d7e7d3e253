import { setTimeout as pause } from 'node:timers/promises'
import type { Case } from '../case.js'
import { callBytes, RawClient } from '../load/raw-client.js'
import { openAtServer } from '../load/open-at-server.js'
import { SUBJECT_PREFIX } from '../load/tool-call.js'
import type { Scene } from '../scene.js'
import { eventually } from '../processes/eventually.js'
import { gone } from './vanishing-clients.js'

/** Half of them send a byte now and then, the others say nothing more: half-open connections. */
const WRITERS = 300
const TRICKLE_MS = 500
/** Limits of time are kept by timers, which are late on a busy machine: no more is asked than that they are kept at all. */
const CUT_WITHIN_MS = 120_000
const READERS = 8
/** More than the kernel takes for a client that does not read. */
const LONG_ANSWER = 4_000_000

interface SlowWriting {
  readonly fault: string
  readonly short: boolean
  /** What of a request is sent at once, and what comes slowly. */
  readonly split: (request: { head: string; body: string }) => readonly [string, string]
}

function slowWriters({ fault, short, split }: SlowWriting): Case {
  return {
    ...{ fault, short, codes: ['client_gone', 'rate_limited'] },
    async run(scene) {
      await scene.calm('before')
      const token = await scene.deployment.tokenOf(`${SUBJECT_PREFIX}slow`)
      const [sent, rest] = split(callBytes({ tool: 'greet', token }))
      const begun = performance.now()
      const clients = await opened(scene, WRITERS)
      for (const client of clients) client.write(sent)
      const trickle = setInterval(() => {
        const at = Math.floor((performance.now() - begun) / TRICKLE_MS)
        const byte = rest.charAt(at)
        if (byte !== '') for (const client of clients.slice(WRITERS / 2)) client.write(byte)
      }, TRICKLE_MS)
      await scene.calm('beside slow writers')
      const limit = pause(CUT_WITHIN_MS, 'not cut')
      const cut = await Promise.race([Promise.all(clients.map(({ closed }) => closed)), limit])
      clearInterval(trickle)
      const seconds = (performance.now() - begun) / 1_000
      scene.expect(cut !== 'not cut', 'slow writers are not cut')
      for (const client of clients) client.drop()
      scene.others.push(...clients.map(() => gone(`${SUBJECT_PREFIX}slow`, begun)))
      await scene.calm('after')
      return [`all ${WRITERS} cut after ${seconds.toFixed(0)} s`]
    },
  }
}

export const SLOW_CLIENTS: Readonly<Record<string, Case>> = {
  slowHeaders: slowWriters({
    fault: 'clients that do not finish the headers of their request, trickling or silent',
    short: false,
    split: ({ head }) => [head.slice(0, head.length / 2), head.slice(head.length / 2)],
  }),
  slowBodies: slowWriters({
    fault: 'clients that do not finish the body of their request, trickling or silent',
    short: false,
    split: ({ head, body }) => [`${head}${body.slice(0, 10)}`, body.slice(10)],
  }),
  slowReaders: {
    fault: 'clients that do not read their answer',
    short: false,
    settings: {
      API_MAX_BYTES: '20000000',
      ...{ API_TIMEOUT_MS: '60000', EXCHANGE_TIMEOUT_MS: '60000' },
    },
    codes: ['client_gone', 'cancelled'],
    async run(scene) {
      await scene.calm('before')
      const subject = `${SUBJECT_PREFIX}reads-slowly`
      await scene.deployment.changeApi({ longFor: subject, greetingLength: LONG_ANSWER })
      const begun = performance.now()
      const clients = await opened(scene, READERS, { reads: false })
      const token = await scene.deployment.tokenOf(subject)
      const { head, body } = callBytes({ tool: 'greet', token })
      for (const client of clients) client.write(`${head}${body}`)
      await scene.calm('beside slow readers')
      scene.expect(openAtServer(clients) === READERS, 'the answers are not long enough')
      await eventually(() => openAtServer(clients) === 0, CUT_WITHIN_MS).catch(() => {
        scene.problems.push(`${openAtServer(clients)} clients that do not read are not cut`)
      })
      const seconds = (performance.now() - begun) / 1_000
      for (const client of clients) client.drop()
      scene.others.push(...clients.map(() => gone(subject, begun)))
      await scene.calm('after')
      return [`all ${READERS} cut after ${seconds.toFixed(0)} s`]
    },
  },
  idleConnections: {
    fault: 'thousands of idle connections, half of them never used',
    short: true,
    codes: [],
    async run(scene) {
      await scene.calm('before')
      const before = await scene.server.held()
      const clients = await opened(scene, scene.scale.connections)
      const used = clients.slice(scene.scale.connections / 2)
      for (const client of used) client.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
      // Connections are accepted in their order: by then, all of those that are never used. A busy server takes its time.
      await eventually(() => used.some(({ received }) => received > 0), CUT_WITHIN_MS)
      await scene.calm('beside idle connections')
      const { rssBytes, descriptors } = await scene.server.held()
      scene.expect(
        descriptors - before.descriptors >= scene.scale.connections / 2,
        `${descriptors} descriptors are open`,
      )
      for (const client of clients) client.drop()
      await scene.calm('after')
      const kilobytes = (rssBytes - before.rssBytes) / 1_000 / scene.scale.connections
      return [`${scene.scale.connections} connections`, `${kilobytes.toFixed(0)} KB each`]
    },
  },
}

/** Opens them a few at a time, so that none is refused for want of room in the queue of the kernel. */
async function opened(
  scene: Scene,
  count: number,
  options?: { readonly reads: boolean },
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = []
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(50, count - clients.length) }, () =>
      RawClient.open(scene.server.origin, options),
    )
    clients.push(...(await Promise.all(some)))
  }
  return clients
}
