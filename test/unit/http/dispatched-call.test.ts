import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:net'
import type { RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { DispatchedCall } from '../../../src/http/dispatched-call.js'
import { createOutgoingFetch } from '../../../src/http/outgoing-fetch.js'
import { senderOfFetch } from '../../../src/http/sender-of-fetch.js'
import { startHttpServer } from '../../helpers/start-http-server.js'

function openSender() {
  const pool = createOutgoingFetch()
  onTestFinished(() => void pool.close())
  return senderOfFetch(pool.fetch)
}

async function begun(answer: RequestListener) {
  const { origin } = await startHttpServer(answer)
  const controller = new AbortController()
  const { signal } = controller
  const answered = await openSender()({
    ...{ url: new URL(origin), method: 'GET', headers: new Map(), signal },
  })
  const { body } = answered
  if (body === undefined) throw new Error('no body')
  return { answered, body, controller }
}

function waitingAt(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

test('a signal ends a call whose connection has not come about', async () => {
  const silent = createServer()
  const connected = once(silent, 'connection')
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as { port: number }
  const controller = new AbortController()
  const { signal } = controller
  const url = new URL(`https://127.0.0.1:${port}`)
  const sending = openSender()({ url, method: 'GET', headers: new Map(), signal })
  const [socket] = (await connected) as [{ destroy(): void }]
  onTestFinished(() => {
    socket.destroy()
  })
  const reason = new Error('no longer wanted')
  controller.abort(reason)
  await expect(sending).rejects.toBe(reason)
})

test('a signal ends the wait for more of a body', async () => {
  const { body, controller } = await begun((_req, res) => void res.write('begun'))
  expect(Buffer.from((await body.next()) ?? []).toString()).toBe('begun')
  const more = body.next()
  const reason = new Error('no longer wanted')
  controller.abort(reason)
  await expect(more).rejects.toBe(reason)
  await expect(body.next()).rejects.toBe(reason)
})

test('an API is told when nobody reads on, and nothing is left at the signal', async () => {
  let closed: Promise<unknown> | undefined
  const { body, controller } = await begun((_req, res) => {
    closed = once(res, 'close')
    res.write('begun')
  })
  body.cancel()
  await closed
  expect(waitingAt(controller.signal)).toBe(0)
})

test('a long answer comes whole', async () => {
  const size = 8 * 1024 * 1024
  const { body, controller } = await begun((_req, res) => void res.end(Buffer.alloc(size, 'x')))
  let bytes = 0
  for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
    bytes += chunk.byteLength
    await new Promise(setImmediate)
  }
  expect(bytes).toBe(size)
  expect(await body.next()).toBeUndefined()
  expect(waitingAt(controller.signal)).toBe(0)
})

test('a connection waits while 64 KiB of its answer are unread, and goes on when they are read', async () => {
  const asked: string[] = []
  const connection = {
    ...{ aborted: false, paused: false, reason: null },
    pause: () => asked.push('pause'),
    resume: () => asked.push('resume'),
    abort: () => undefined,
  }
  const call = new DispatchedCall(new AbortController().signal)
  call.onRequestStart(connection)
  call.onResponseStart(connection, 200, {})
  const half = Buffer.alloc(32 * 1024)
  call.onResponseData(connection, half)
  expect(asked).toEqual([])
  call.onResponseData(connection, half)
  expect(asked).toEqual(['pause'])
  await call.next()
  expect(asked).toEqual(['pause', 'resume'])
})

test('an answer that breaks off rejects what waits for it', async () => {
  const { body } = await begun((_req, res) => {
    res.writeHead(200, { 'Content-Length': 10 })
    res.write('begun', () => res.destroy())
  })
  const read = async (): Promise<void> => {
    while ((await body.next()) !== undefined);
  }
  await expect(read()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
})

test('a head without a body leaves nothing at the signal', async () => {
  const { origin } = await startHttpServer((_req, res) => void res.writeHead(204).end())
  const { signal } = new AbortController()
  const send = openSender()
  const call = { url: new URL(origin), headers: new Map<string, string>(), signal }
  for (const method of ['GET', 'HEAD']) {
    expect((await send({ ...call, method })).body).toBeUndefined()
  }
  await send({ ...call, method: 'GET' })
  await expect.poll(() => waitingAt(signal)).toBe(0)
})
