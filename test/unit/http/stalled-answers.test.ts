import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { cutStalledAnswer } from '../../../src/http/stalled-answers.js'
import { deferred } from '../outcomes.js'

/** More than the kernel takes for a client that does not read. */
const LARGE = 'x'.repeat(32 * 1024 * 1024)
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** A server, and a client that has sent a request and reads nothing yet. */
async function asked(handler: RequestListener, request = GET): Promise<Socket> {
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
  onTestFinished(() => {
    client.destroy()
    server.closeAllConnections()
    server.close()
  })
  client.write(request)
  return client
}

/** Reads until the connection ends. */
async function bytesTo(client: Socket): Promise<number> {
  let bytes = 0
  client.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await once(client, 'close')
  return bytes
}

test('a client that takes nothing of its answer for a while is cut', async () => {
  const closed = deferred()
  const client = await asked((_req, res) => {
    cutStalledAnswer(res, 50)
    res.once('close', () => {
      closed.resolve()
    })
    res.end(LARGE)
  })
  await closed.promise
  expect(await bytesTo(client)).toBeLessThan(LARGE.length)
})

test('a client that reads its large answer gets the whole of it', async () => {
  const client = await asked(
    (_req, res) => {
      cutStalledAnswer(res, 60_000)
      res.end(LARGE)
    },
    GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  )
  expect(await bytesTo(client)).toBeGreaterThan(LARGE.length)
})

test('the time for which an answer may stall does not count for the next request of the same connection', async () => {
  const timeouts: (number | undefined)[] = []
  let requests = 0
  const client = await asked((req, res) => {
    requests += 1
    cutStalledAnswer(res, 60_000)
    if (requests > 1) {
      res.end().once('close', () => req.socket.destroy())
      return
    }
    res.once('prefinish', () => timeouts.push(req.socket.timeout))
    res.once('finish', () => timeouts.push(req.socket.timeout))
    res.end(LARGE)
  }, `${GET}${GET}`)
  await bytesTo(client)
  expect(timeouts).toEqual([60_000, 0])
})
