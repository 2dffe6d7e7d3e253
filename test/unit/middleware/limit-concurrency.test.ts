import { connect } from 'node:net'
import type { RequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { keepPlacesUntil, limitConcurrency } from '../../../middleware/limit-concurrency.js'
import { jsonBody } from '../../../middleware/request-body.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { settled } from '../../helpers/exchange-clock.js'
import { sendLines } from '../../helpers/wire.js'
import { deferred } from '../outcomes.js'
import { appOf, echo, signedInAs } from './protected-app.js'

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** Holds requests to /held until told; others are answered at once. */
function holding(): { handler: RequestHandler; arrived: Promise<void>; release: () => void } {
  const [arrived, released] = [deferred(), deferred()]
  const handler: RequestHandler = async (req, res) => {
    if (req.path === '/held') {
      arrived.resolve()
      await released.promise
    }
    res.json({})
  }
  return {
    handler,
    arrived: arrived.promise,
    release: () => {
      released.resolve()
    },
  }
}

describe('the limit of what a user has under way', () => {
  test('a batch takes a place for each of its messages, and no more', async () => {
    const limit = limitConcurrency({ concurrencyPerCaller: 2 })
    const { app, refusal } = appOf(signedInAs('alice'), limit, jsonBody(10_000), echo)
    const post = async (body: object) => (await request(app).post('/').send(body)).status
    expect(await post([ping, ping, ping])).toBe(429)
    expect(refusal()).toMatchObject({ reason: 'too_many_at_once' })
    expect([await post([ping, ping]), await post([ping, ping]), await post(ping)]).toEqual([
      200, 200, 200,
    ])
  })

  test.each([
    ['an empty batch', []],
    ['one message', ping],
  ])('%s takes one place for as long as it is under way', async (_, body) => {
    const { handler, arrived, release } = holding()
    const limit = limitConcurrency({ concurrencyPerCaller: 1 })
    const { app } = appOf(signedInAs('alice'), limit, jsonBody(10_000), handler)
    const { origin } = await startHttpServer(app)
    const headers = [['Content-Type', 'application/json']] as const
    const held = sendLines(`${origin}/held`, { headers, body: JSON.stringify(body) })
    await arrived
    expect((await request(origin).post('/').send(ping)).status).toBe(429)
    release()
    expect((await held).status).toBe(200)
  })

  test('0 sets no limit', async () => {
    const limit = limitConcurrency({ concurrencyPerCaller: 0 })
    const { app } = appOf(signedInAs('alice'), limit, jsonBody(10_000), echo)
    const batch = Array.from({ length: 50 }, () => ping)
    expect((await request(app).post('/').send(batch)).status).toBe(200)
  })

  test('a place is kept after the answer for what a handler still does, until that is over', async () => {
    const work = deferred()
    const limit = limitConcurrency({ concurrencyPerCaller: 1 })
    const { app } = appOf(signedInAs('alice'), limit, (req, res) => {
      if (req.path === '/kept') keepPlacesUntil(req, work.promise)
      res.end()
    })
    const { origin } = await startHttpServer(app)
    expect((await request(origin).get('/kept')).status).toBe(200)
    expect((await request(origin).get('/')).status).toBe(429)
    work.resolve()
    await settled()
    expect((await request(origin).get('/')).status).toBe(200)
  })

  test('a handler may keep places where nothing limits them', async () => {
    const { app } = appOf((req, res) => {
      keepPlacesUntil(req, Promise.resolve())
      res.end()
    })
    expect((await request(app).get('/')).status).toBe(200)
  })

  test('a request whose client is gone by now goes no further', async () => {
    const [asked, gone] = [deferred(), deferred()]
    const reached: string[] = []
    const { app } = appOf(
      (_req, res, next) => {
        res.once('close', () => {
          next()
          gone.resolve()
        })
        asked.resolve()
      },
      signedInAs('alice'),
      limitConcurrency({ concurrencyPerCaller: 1 }),
      (req) => {
        reached.push(req.path)
      },
    )
    const { port } = await startHttpServer(app)
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: mcp.example\r\n\r\n')
    await asked.promise
    socket.destroy()
    await gone.promise
    expect(reached).toEqual([])
  })
})
