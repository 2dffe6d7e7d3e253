import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { connect, Socket } from 'node:net'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { readPlainBody } from '../../../middleware/plain-body.js'
import { jsonBody } from '../../../middleware/request-body.js'
import { startHttpServer } from '../../helpers/start-http-server.js'

function deferred<T>() {
  let settle: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, resolve: settle }
}

interface Seen {
  readonly body?: unknown
  readonly failure?: { readonly type?: unknown; readonly status?: unknown; readonly code?: unknown }
}

/** What becomes of a request that comes in parts, as it is behind `jsonBody`. */
async function sendParts(parts: readonly (string | Buffer)[]) {
  const seen = deferred<Seen>()
  const app = express()
  const answer: RequestHandler = (req, res) => {
    seen.resolve({ body: req.body })
    res.end()
  }
  const failed: ErrorRequestHandler = (failure: Seen['failure'], _req, res, _next) => {
    const { type, status, code } = failure ?? {}
    seen.resolve({ failure: { type, status, code } })
    res.status(400).end()
  }
  app.post('/', jsonBody(1_000), answer)
  app.use(failed)
  const { origin } = await startHttpServer(app)
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  for (const part of parts) await new Promise((resolve) => socket.write(part, resolve))
  return { seen: seen.promise, socket }
}

const head = (type: string, length: number) =>
  `POST / HTTP/1.1\r\nHost: mcp.example\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`

describe('a plain JSON body', () => {
  test.each([
    ['an object', Buffer.from('{"a":[1,"ü"]}')],
    ['a byte order mark', Buffer.from('\uFEFF{"a":1}')],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xc3, 0x22])],
    ['nothing', Buffer.alloc(0)],
    ['blanks', Buffer.from(' ')],
    ['what is no JSON', Buffer.from('{"a":')],
    ['more than is allowed', Buffer.from(JSON.stringify('x'.repeat(1_000)))],
  ])('a plain JSON body with %s is what it is to the parser of Express', async (_what, body) => {
    const outcomes = []
    for (const type of ['application/json', 'application/json; x=y']) {
      const { seen, socket } = await sendParts([head(type, body.length), body])
      outcomes.push(await seen)
      socket.destroy()
    }
    expect(outcomes[0]).toEqual(outcomes[1])
  })

  test('a plain JSON body that comes in pieces is put together, characters that are cut included', async () => {
    const req = new IncomingMessage(new Socket())
    const reading = readPlainBody(req)
    const text = '{"a":"ü€"}'
    for (const byte of Buffer.from(text)) req.push(Buffer.from([byte]))
    req.push(null)
    expect((await reading).toString()).toBe(text)
  })

  test('a plain JSON body whose client goes away in between fails as it does in Express', async () => {
    for (const type of ['application/json', 'application/json; x=y']) {
      const { seen, socket } = await sendParts([head(type, 20), '{"a":'])
      socket.destroy()
      const { failure } = await seen
      expect(failure).toEqual({ type: 'request.aborted', status: 400, code: 'ECONNABORTED' })
    }
  })

  test('a plain JSON body that comes late leaves the asynchronous context of its request as it was', async () => {
    const context = new AsyncLocalStorage<string>()
    const found = deferred<string | undefined>()
    const look: RequestHandler = (_req, _res, next) => {
      found.resolve(context.getStore())
      next()
    }
    const reached = deferred<undefined>()
    const app = express()
    const enter: RequestHandler = (_req, _res, next) => {
      context.run('of this request', next)
      reached.resolve(undefined)
    }
    app.post('/', enter, jsonBody(1_000), look)
    const { origin } = await startHttpServer(app)
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.write(head('application/json', 2))
    await reached.promise
    socket.write('{}')
    expect(await found.promise).toBe('of this request')
    socket.destroy()
  })
})
