// The protected API: says whose token it was called with. It can be slow, answer too much, wrongly or not to the end, and refuse.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from './answer-questions.mjs'

/** How it answers. */
export type ApiBehavior =
  'answers' | 'huge' | 'not_json' | 'wrong_shape' | 'refuses' | 'fails' | 'resets' | 'no_body'

export interface ApiState {
  readonly behavior: ApiBehavior
  readonly latencyMs: number
  /** Characters of the greeting. */
  readonly greetingLength: number
  /** The one user whose greeting is that long; `undefined`: everybody's is. */
  readonly longFor?: string | undefined
}

export type ApiQuestion =
  | { readonly kind: 'listen'; readonly port: number; readonly state: ApiState }
  | { readonly kind: 'change'; readonly state: Partial<ApiState> }
  | { readonly kind: 'calls' }

/** Calls of one user. */
export interface ApiCalls {
  readonly all: number
  /** The most that were under way at a time. */
  readonly most: number
}

const HUGE_BYTES = 64 * 1024 * 1024
const CHUNK = 'x'.repeat(64 * 1024)

let state: ApiState
const calls = new Map<string, { all: number; most: number; underWay: number }>()

answerQuestions((question: ApiQuestion) => {
  if (question.kind === 'calls') {
    const told = [...calls].map(([sub, { all, most }]) => [sub, { all, most }] as const)
    calls.clear()
    return Object.fromEntries(told)
  }
  if (question.kind === 'change') {
    state = { ...state, ...question.state }
    return undefined
  }
  state = question.state
  return listen(question.port)
})

function listen(port: number): Promise<number> {
  // The connections that our server keeps end soon after a case, so that it is known sooner what it still holds.
  const server = createServer({ keepAliveTimeout: 2_000 }, take)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function take(req: IncomingMessage, res: ServerResponse): void {
  const [, payload = ''] = (req.headers.authorization ?? '').split('.')
  const token = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Token
  const user = calls.get(token.sub) ?? { all: 0, most: 0, underWay: 0 }
  calls.set(token.sub, user)
  user.all += 1
  user.underWay += 1
  user.most = Math.max(user.most, user.underWay)
  res.once('close', () => {
    user.underWay -= 1
  })
  setTimeout(() => {
    answer(res, token)
  }, state.latencyMs)
}

interface Token {
  readonly sub: string
  readonly scope: string
  readonly act: { readonly sub: string }
}

function answer(res: ServerResponse, { sub, scope, act }: Token): void {
  const isLong = state.longFor === undefined || state.longFor === sub
  const msg = 'Hello from the API'.padEnd(isLong ? state.greetingLength : 0, '.')
  const text = JSON.stringify({ msg, sub, scopes: scope, actor: act.sub })
  switch (state.behavior) {
    case 'answers':
      send(res, text)
      break
    case 'huge':
      sendHuge(res)
      break
    case 'not_json':
      send(res, text.slice(0, -3))
      break
    case 'wrong_shape':
      send(res, JSON.stringify([{ sub }]))
      break
    case 'no_body':
      res.writeHead(204).end()
      break
    case 'refuses':
      res.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end()
      break
    case 'fails':
      res.writeHead(500, { 'Content-Type': 'text/plain' }).end('broken')
      break
    case 'resets':
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length })
      res.write(text.slice(0, text.length / 2), () => {
        res.socket?.resetAndDestroy()
      })
      break
  }
}

function send(res: ServerResponse, text: string): void {
  res.writeHead(200, { 'Content-Type': 'application/json' }).end(text)
}

/** As fast as it is read. */
function sendHuge(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'application/json' })
  let sent = 0
  const more = (): void => {
    while (sent < HUGE_BYTES && !res.destroyed) {
      sent += CHUNK.length
      if (!res.write(CHUNK)) return void res.once('drain', more)
    }
    res.end()
  }
  more()
}
