import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve, SLOW_SENDERS, type ServeOptions } from '../../../src/server/serve.js'
import { deferred } from '../outcomes.js'

const HOST = '127.0.0.1'
/** So long that a test which waits for it fails by its own deadline. */
const FOREVER = 3_600_000

async function started(options: Partial<ServeOptions> = {}) {
  const server = await serve({ host: HOST, port: 0, drainMs: FOREVER, ...options })
  const close = () => server.close()
  onTestFinished(close)
  return { ...server, close, url: `http://${HOST}:${server.port}/` }
}

function request(url: string, agent?: Agent): Promise<IncomingMessage & { readonly body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: agent ?? false }, (response) => {
      text(response).then((body) => {
        resolve(Object.assign(response, { body }))
      }, reject)
    }).on('error', reject)
  })
}

describe('serve', () => {
  test('serve takes any free port and hands requests to its handler', async () => {
    const { url, port } = await started({
      handler: (_req, res) => {
        res.end('handled')
      },
    })
    expect(port).toBeGreaterThan(0)
    expect((await request(url)).body).toBe('handled')
  })

  test('a server answers 503 and when to come back until a handler is attached', async () => {
    const server = await started()
    const early = await request(server.url)
    expect(early.statusCode).toBe(503)
    expect(early.headers['retry-after']).toBe('1')
    server.attach((_req, res) => {
      res.end('attached')
    })
    expect((await request(server.url)).body).toBe('attached')
  })

  test('serve rejects when the port is taken', async () => {
    const { port } = await started()
    await expect(serve({ host: HOST, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('serve rejects when the address is not ours', async () => {
    await expect(serve({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    })
  })
})

describe('a slow sender', () => {
  test('a slow sender is looked for so often that the limit for headers is no more than a fifth longer', () => {
    const { connectionsCheckingInterval, headersTimeout } = SLOW_SENDERS
    expect(connectionsCheckingInterval).toBeLessThanOrEqual(headersTimeout / 5)
  })
})

describe('an idle connection', () => {
  test('[case 33] an idle connection is kept for longer than a load balancer keeps it, and the answer says so', async () => {
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => {
      agent.destroy()
    })
    const handler: RequestListener = (_req, res) => res.end('ok')
    const { headers } = await request((await started({ handler })).url, agent)
    expect(headers['keep-alive']).toBe('timeout=65')
    const set = await request((await started({ handler, keepAliveMs: 620_000 })).url, agent)
    expect(set.headers['keep-alive']).toBe('timeout=620')
  })
})

describe('a host of localhost', () => {
  const handler: RequestListener = (req, res) => res.end(req.socket.localAddress)
  const at = (address: string, port: number) => request(`http://${address}:${port}/`)

  test('[case 47] a host of localhost listens at both loopback addresses, on one port, and stops on both', async () => {
    const { port, close } = await started({ host: 'localhost', handler })
    expect((await at('127.0.0.1', port)).body).toBe('127.0.0.1')
    expect((await at('[::1]', port)).body).toBe('::1')
    await close()
    await expect(at('127.0.0.1', port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(at('[::1]', port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('[case 47] a host of localhost rejects where the port is taken on either of them, and leaves none behind', async () => {
    const other = await started({ host: '::1' })
    await expect(serve({ host: 'localhost', port: other.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await expect(at('127.0.0.1', other.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('close', () => {
  test('closing a server accepts no more, lets calls under way end, and then is done', async () => {
    const arrived = deferred()
    const finish = deferred()
    const { url, close } = await started({
      handler: (_req, res) => {
        arrived.resolve()
        void finish.promise.then(() => res.end('finished'))
      },
    })
    const underWay = request(url)
    await arrived.promise
    const closed = close()
    await expect(request(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    finish.resolve()
    expect((await underWay).body).toBe('finished')
    await closed
  })

  test('closing a server does not wait for connections that are kept alive and idle', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => {
      agent.destroy()
    })
    const { url, close } = await started({ handler: (_req, res) => res.end('ok') })
    await request(url, agent)
    await expect(close()).resolves.toBeUndefined()
  })

  test.each([
    ['before', false],
    ['after', true],
  ])(
    'closing a server takes no further call on a connection whose last answer began %s it',
    async (_when, answersLate) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      onTestFinished(() => {
        agent.destroy()
      })
      const arrived = deferred()
      const finish = deferred()
      const { url, close } = await started({
        handler: (_req, res) => {
          if (!answersLate) res.write('begun ')
          arrived.resolve()
          void finish.promise.then(() => res.end('finished'))
        },
      })
      const underWay = request(url, agent)
      await arrived.promise
      const closed = close()
      finish.resolve()
      expect((await underWay).body).toContain('finished')
      await expect(request(url, agent)).rejects.toThrow(/ECONN|socket hang up/)
      await closed
    },
  )

  test('closing a server twice is one and the same', async () => {
    const { url, close } = await started()
    await Promise.all([close(), close()])
    await close()
    await expect(request(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('closing a server cuts what has not ended after the drain', async () => {
    const arrived = deferred()
    const { url, close } = await started({
      drainMs: 20,
      handler: () => {
        arrived.resolve()
      },
    })
    const hanging = request(url)
    const outcome = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' })
    await arrived.promise
    await close()
    await outcome
  })

  test('closing a server cuts connections on which nothing was ever sent', async () => {
    const { port, close } = await started({ drainMs: 20 })
    const socket = connect(port, HOST)
    const ended = deferred()
    socket.on('close', () => {
      ended.resolve()
    })
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve)
    })
    await close()
    await ended.promise
  })
})
