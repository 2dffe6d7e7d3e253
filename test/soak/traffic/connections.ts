import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Scenario } from './scenario.js'
import { callOf, eitherRevision, messageOf, WrongAnswer, type Visit } from './visit.js'

/** Connections that stay open, and such as are dropped. */
export const CONNECTIONS: readonly Scenario[] = [
  {
    ...{ name: 'subscription that is opened and closed', weight: 3 },
    async run(visit) {
      const params = { notifications: { toolsListChanged: true } }
      const message = messageOf('subscriptions/listen', params, '2026-07-28')
      const stream = await visit.open({ message, token: await visit.user.token() })
      await begins(stream, 'acknowledged')
      await wait(2_000 * Math.random())
      drop(stream)
    },
  },
  {
    ...{ name: 'call that its client drops', weight: 3 },
    run: dropped,
  },
]

/** The API holds the call until the server breaks it off. */
async function dropped(visit: Visit): Promise<void> {
  const { user, audit } = visit
  const held = `held-${randomUUID()}`
  const message = callOf('get_thing', { id: held }, eitherRevision())
  const { id } = message.message as { readonly id: string }
  const token = await user.token()
  const leaving = new AbortController()
  const outcomes = ['client_gone', 'cancelled']
  audit.expect(id, { tool: 'get_thing', subject: user.subject, outcomes })
  const asked = visit.open({ message, token }, { signal: leaving.signal })
  const left = asked.then(
    () => 'answered',
    () => 'left',
  )
  await Promise.race([visit.arrives(held), asked])
  leaving.abort()
  if ((await left) === 'answered') throw new WrongAnswer('a held call was answered')
}

/** Resolves when the beginning of a stream holds a text; rejects with a `WrongAnswer`. */
export async function begins(stream: Dispatcher.ResponseData, text: string): Promise<void> {
  if (stream.statusCode !== 200) {
    throw new WrongAnswer(`a stream with ${stream.statusCode} ${await stream.body.text()}`)
  }
  let begun = ''
  // Left without being destroyed: the stream stays open.
  for await (const chunk of stream.body.iterator({
    destroyOnReturn: false,
  }) as AsyncIterable<Buffer>) {
    begun += chunk.toString('utf8')
    if (begun.includes(text)) return
  }
  throw new WrongAnswer(`a stream that ended without ${text}: ${begun}`)
}

/** Closes the connection of a stream; that it was dropped is no error. */
export function drop(stream: Dispatcher.ResponseData): void {
  stream.body.on('error', () => undefined)
  stream.body.destroy()
}
