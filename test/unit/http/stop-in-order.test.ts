import { get } from 'node:http'
import { describe, expect, test } from 'vitest'
import { stopInOrder } from '../../../src/http/stop-in-order.js'
import { serve } from '../../../src/server/serve.js'

const statusOf = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })

describe('stopInOrder', () => {
  test('[case 44] stopInOrder announces the stop, goes on to accept for as long as it is told to, then drains, then frees', async () => {
    const steps: string[] = []
    const server = await serve({
      ...{ host: '127.0.0.1', port: 0 },
      handler: (_req, res) => res.end('ok'),
    })
    const waiting: { delayMs: number; run: () => void }[] = []
    const stopped = stopInOrder({
      server,
      composed: {
        announceStop: () => steps.push('announce'),
        drain: () => steps.push('drain'),
        close: () => Promise.resolve(void steps.push('close')),
      },
      delayMs: 15_000,
      timers: {
        after: (delayMs, run) => (waiting.push({ delayMs, run }), { cancel: () => undefined }),
      },
    })
    expect(await statusOf(server.port)).toBe(200)
    expect([waiting.map(({ delayMs }) => delayMs), steps]).toEqual([[15_000], ['announce']])
    waiting[0]?.run()
    await stopped
    expect(steps).toEqual(['announce', 'drain', 'close'])
    await expect(statusOf(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('[case 44] stopInOrder stops at once where there is no delay', async () => {
    const server = await serve({ host: '127.0.0.1', port: 0 })
    const stopped = stopInOrder({
      server,
      composed: {
        announceStop: () => undefined,
        drain: () => undefined,
        close: () => Promise.resolve(),
      },
      delayMs: 0,
      timers: {
        after: () => {
          throw new Error('waits')
        },
      },
    })
    await expect(statusOf(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await stopped
  })
})
