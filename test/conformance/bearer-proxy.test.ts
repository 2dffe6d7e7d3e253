import { once } from 'node:events'
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startBearerProxy, type BearerProxy } from './bearer-proxy.js'

describe('the proxy that adds a token', () => {
  let target: Server
  let proxy: BearerProxy

  beforeEach(async () => {
    target = createServer().listen(0, '127.0.0.1')
    await once(target, 'listening')
    const { port } = target.address() as AddressInfo
    proxy = await startBearerProxy({ targetPort: port, token: () => Promise.resolve('the-token') })
  })

  afterEach(async () => {
    await proxy.close()
    target.closeAllConnections()
    target.close()
  })

  const send = (headers: readonly string[] = ['Host', 'localhost']) =>
    request({ port: proxy.port, method: 'POST', path: '/mcp?a=%20', headers: [...headers] })
  const atTarget = async () => (await once(target, 'request')) as [IncomingMessage, ServerResponse]
  const answerTo = async (sent: ReturnType<typeof send>) =>
    ((await once(sent, 'response')) as [IncomingMessage])[0]

  test('passes a request on as it came, and adds the token', async () => {
    const headers = ['Host', 'evil.example.com', 'X-Twice', 'one', 'x-twice', 'two']
    send([...headers, 'Content-Length', '5']).end('hello')
    const [req, res] = await atTarget()
    expect(req.method).toBe('POST')
    expect(req.url).toBe('/mcp?a=%20')
    expect(req.rawHeaders.slice(0, headers.length)).toEqual(headers)
    expect(req.rawHeaders.slice(-2)).toEqual(['Authorization', 'Bearer the-token'])
    const chunks: unknown[] = []
    for await (const chunk of req) chunks.push(chunk)
    expect(chunks.join('')).toBe('hello')
    res.end()
  })

  test('leaves a request alone that has a token of its own', async () => {
    send(['Host', 'localhost', 'Authorization', 'Bearer other']).end()
    const [req, res] = await atTarget()
    expect(
      req.rawHeaders.filter((_, index) => req.rawHeaders[index - 1] === 'Authorization'),
    ).toEqual(['Bearer other'])
    res.end()
  })

  test('hands back status, headers and each piece of a stream as it comes', async () => {
    const sent = send()
    sent.end()
    const [, res] = await atTarget()
    res.writeHead(418, 'Teapot', ['X-Twice', 'one', 'X-Twice', 'two'])
    res.flushHeaders()
    // The status arrives before there is a body, and the first piece before there is a second.
    const answer = await answerTo(sent)
    expect([answer.statusCode, answer.statusMessage]).toEqual([418, 'Teapot'])
    expect(answer.rawHeaders.slice(0, 4)).toEqual(['X-Twice', 'one', 'X-Twice', 'two'])
    for (const piece of ['first', 'second']) {
      res.write(piece)
      expect(String((await once(answer, 'data'))[0])).toBe(piece)
    }
    res.end()
    await once(answer, 'end')
  })

  test('lets the server know when the client goes away', async () => {
    const sent = send().on('error', () => undefined)
    sent.end()
    const [, res] = await atTarget()
    res.writeHead(200).flushHeaders()
    await answerTo(sent)
    sent.destroy()
    await once(res, 'close')
    expect(res.writableFinished).toBe(false)
  })

  test('lets the client know when the server goes away', async () => {
    const sent = send()
    sent.end()
    const [, res] = await atTarget()
    res.writeHead(200).flushHeaders()
    const answer = await answerTo(sent)
    res.destroy()
    await expect(once(answer, 'end')).rejects.toThrow('aborted')
  })
})
