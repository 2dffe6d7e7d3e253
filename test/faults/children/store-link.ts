// Stands between our servers and their Redis: it can be slow, and it can vanish as a host does that loses its power or its network.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { answerQuestions } from './answer-questions.mjs'

/** How it passes on what it gets. */
export interface StoreLinkState {
  /** Each way. */
  readonly delayMs: number
  /** Nothing arrives any more, and no connection is closed. Those of that time stay dead for ever. */
  readonly swallows: boolean
}

export type StoreLinkQuestion =
  | { readonly kind: 'listen'; readonly target: number }
  | { readonly kind: 'change'; readonly state: StoreLinkState }

let state: StoreLinkState = { delayMs: 0, swallows: false }
const links = new Set<Link>()

interface Link {
  isDead: boolean
  /** What has not arrived yet, in its order: a connection never has one byte overtake another. */
  readonly waiting: (() => void)[]
}

answerQuestions((question: StoreLinkQuestion) => {
  if (question.kind === 'listen') return listen(question.target)
  state = question.state
  if (state.swallows) for (const link of links) link.isDead = true
  for (const link of links) for (const deliver of link.waiting.splice(0)) deliver()
  return undefined
})

function listen(target: number): Promise<number> {
  const server = createServer((client) => {
    join(client, connect(target, '127.0.0.1'))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function join(client: Socket, redis: Socket): void {
  const link: Link = { isDead: state.swallows, waiting: [] }
  links.add(link)
  for (const [from, to] of [
    [client, redis],
    [redis, client],
  ] as const) {
    from.on('data', (bytes) => {
      later(link, () => {
        if (!link.isDead) to.write(bytes)
      })
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      if (link.waiting.length === 0) links.delete(link)
      // Whoever is on the other side of a host that has vanished does not get to know.
      later(link, () => {
        if (!link.isDead) to.destroy()
      })
    })
  }
}

function later({ waiting }: Link, deliver: () => void): void {
  if (state.delayMs === 0) {
    deliver()
    return
  }
  waiting.push(deliver)
  setTimeout(() => {
    // Those that a change of the delay has delivered are not there any more.
    const at = waiting.indexOf(deliver)
    if (at >= 0) for (const due of waiting.splice(0, at + 1)) due()
  }, state.delayMs)
}
