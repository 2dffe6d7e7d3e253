import request from 'supertest'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { limitByAddress, limitByCaller } from '../../../middleware/rate-limits.js'
import { jsonBody } from '../../../middleware/request-body.js'
import { appOf, echo, signedInAs } from './protected-app.js'

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

// Every test is one minute of the limits, however long it takes.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the limit by address', () => {
  test('Retry-After is what is left of the minute, in whole seconds', async () => {
    const { app } = appOf(limitByAddress({ perMinute: 1 }), echo)
    const retryAfter = async () => (await request(app).get('/')).get('retry-after')
    expect(await retryAfter()).toBeUndefined()
    expect(await retryAfter()).toBe('60')
    vi.setSystemTime(2_000_000_020_500)
    expect(await retryAfter()).toBe('40')
  })

  test('no header tells a stranger how many requests are left', async () => {
    const { app } = appOf(limitByAddress({ perMinute: 1 }), echo)
    for (const status of [200, 429]) {
      const answer = await request(app).get('/')
      expect(answer.status).toBe(status)
      expect(Object.keys(answer.headers).filter((name) => name.includes('ratelimit'))).toEqual([])
    }
  })

  test('a limit that is made while a request is served writes nothing to the console', async () => {
    const written = (['log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
    const { app } = appOf((req, res, next) => {
      limitByAddress({ perMinute: 3 })(req, res, next)
    }, echo)
    expect((await request(app).get('/')).status).toBe(200)
    for (const spy of written) expect(spy).not.toHaveBeenCalled()
  })

  test('no hint is logged where no proxy sends X-Forwarded-For', async () => {
    const { app, refusal } = appOf(limitByAddress({ perMinute: 1 }), echo)
    for (const status of [200, 429]) expect((await request(app).get('/')).status).toBe(status)
    expect(refusal()).toMatchObject({ reason: 'requests_per_minute' })
    expect(refusal()).not.toHaveProperty('hint')
  })
})

describe('the limit by user', () => {
  test('messages are limited where bytes are not', async () => {
    const limit = limitByCaller({ perMinute: 2 })
    const { app } = appOf(signedInAs('alice'), limit, jsonBody(10_000), echo)
    const statuses = []
    for (let count = 0; count < 3; count += 1) {
      statuses.push((await request(app).post('/').send(ping)).status)
    }
    expect(statuses).toEqual([200, 200, 429])
  })

  test('bytes are limited where messages are not', async () => {
    const limit = limitByCaller({ perMinute: 0, bytesPerMinute: 2_000 })
    const { app, refusal } = appOf(signedInAs('alice'), limit, jsonBody(10_000), echo)
    expect((await request(app).post('/').send(ping)).status).toBe(200)
    expect((await request(app).post('/').send(ping)).status).toBe(429)
    expect(refusal()).toMatchObject({ reason: 'bytes_per_minute' })
  })

  test('0 sets no limit, and asks for no user either', async () => {
    const { app } = appOf(limitByCaller({ perMinute: 0 }), jsonBody(10_000), echo)
    for (let count = 0; count < 3; count += 1) {
      expect((await request(app).post('/').send(ping)).status).toBe(200)
    }
  })

  test('the messages of a batch count one by one, also where the body is parsed first', async () => {
    const limit = limitByCaller({ perMinute: 3 })
    for (const order of [
      [limit, jsonBody(10_000)],
      [jsonBody(10_000), limit],
    ]) {
      const user = signedInAs(order[0] === limit ? 'alice' : 'bob')
      const { app } = appOf(user, ...order, echo)
      expect((await request(app).post('/').send([ping, ping, ping])).status).toBe(200)
      expect((await request(app).post('/').send(ping)).status).toBe(429)
    }
  })

  test('a batch that is refused whole counts as one message', async () => {
    const limit = limitByCaller({ perMinute: 2 })
    const { app } = appOf(signedInAs('alice'), limit, jsonBody(100_000), echo)
    const long = Array.from({ length: 51 }, () => ping)
    expect((await request(app).post('/').send(long)).status).toBe(400)
    expect((await request(app).post('/').send(ping)).status).toBe(200)
  })
})
