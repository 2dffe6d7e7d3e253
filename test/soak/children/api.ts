// The protected API: its answers name the user whose token it was called with, and what was asked for.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json as jsonBody } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { API_AUDIENCE } from '../world.js'
import { serveParent } from './serve-parent.js'

/** How long a call is held whose caller does not break it off. */
const HOLD_MS = 60_000

/** The held calls that have arrived, and who waits for one of them to arrive. */
const arrived = new Set<string>()
const waiting = new Map<string, () => void>()

serveParent((req, res) => {
  answer(req, res).catch(() => res.destroy())
})

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? '', 'http://api.example')
  if (pathname.startsWith('/arrival/')) {
    await arrivalOf(pathname.slice('/arrival/'.length))
    send(res, 200, {})
  } else await answerCall(req, res, pathname)
}

async function answerCall(
  req: IncomingMessage,
  res: ServerResponse,
  pathname: string,
): Promise<void> {
  const token = (req.headers.authorization ?? '').replace(/^Bearer /, '')
  const { sub, scope, act, aud, exp = 0 } = decodeJwt(token)
  if (aud !== API_AUDIENCE || exp * 1_000 <= Date.now()) {
    send(res, 401, { error: 'invalid_token' })
    return
  }
  if (pathname === '/api/private-scope') {
    const actor = (act as { readonly sub: string }).sub
    send(res, 200, { msg: 'Hello from the API', sub, scopes: scope, actor })
  } else if (req.method === 'POST') {
    const { id } = (await jsonBody(req)) as { readonly id: string }
    send(res, 201, { id, owner: sub })
  } else if (pathname === '/things') {
    send(res, 200, { things: Array.from({ length: 20 }, (_, id) => ({ id, owner: sub })) })
  } else await thing(res, { id: pathname.slice('/things/'.length), owner: sub })
}

async function thing(res: ServerResponse, { id, owner }: { id: string; owner: unknown }) {
  if (id.startsWith('missing')) send(res, 404, { title: 'There is no such thing' })
  else if (id.startsWith('broken')) send(res, 500, { title: 'Out of order' })
  else {
    if (id.startsWith('held')) {
      waiting.get(id)?.()
      if (!waiting.delete(id)) arrived.add(id)
      await goneOrLater(res)
    }
    send(res, 200, { id, owner })
  }
}

/** Resolves when a held call has arrived, so that its client can leave at the right time. */
async function arrivalOf(id: string): Promise<void> {
  if (arrived.delete(id)) return
  await new Promise<void>((resolve) => waiting.set(id, resolve))
}

function goneOrLater(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, HOLD_MS)
    res.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function send(res: ServerResponse, status: number, body: object): void {
  if (res.destroyed) return
  res.writeHead(status, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body))
}
