import { connect, type Socket } from 'node:net'
import express, { type Request, type Response } from 'express'
import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import { requireBearerAuth, errorHandler, jsonBody, limitConcurrency } from 'mcp-on-behalf-of'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { RecordingLog } from '../helpers/recording-log.js'

/** Something that tests wait for: it is open once `open` was called so many times. */
interface Gate {
  readonly opened: Promise<void>
  open(): void
}

function gate(times: number): Gate {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    let left = times
    open = () => {
      left -= 1
      if (left === 0) resolve()
    }
  })
  return { opened, open }
}

const GONE = 3

describe('the limit of what a user has under way', () => {
  let server: ListeningServer

  afterEach(() => server.close())

  /** An endpoint with two places a user, whose verifier waits until it is let go. */
  async function openSlowlyVerified() {
    const slow = { asked: gate(GONE), verified: gate(1), closed: gate(GONE), settled: gate(GONE) }
    const endpoint = new URL('http://mcp.example/mcp')
    const claims = { iss: 'https://as.example/', sub: 'alice', client_id: 'c', exp: 4_000_000_000 }
    let handled = 0
    const app = express()
    app.use((_req, res, next) => {
      res.once('close', () => {
        slow.closed.open()
      })
      next()
    })
    app.use(
      requireBearerAuth({
        ...{ resource: endpoint.href, endpoint, resourceMetadataUrl: endpoint },
        verifier: {
          async verify({ credentials }) {
            if (credentials.token.reveal() !== 'slow') return claims
            slow.asked.open()
            await slow.verified.opened
            setImmediate(() => {
              slow.settled.open()
            })
            return claims
          },
        },
      }),
      limitConcurrency({ concurrencyPerCaller: 2 }),
      jsonBody(10_000),
      (_req: Request, res: Response) => {
        handled += 1
        res.end('done')
      },
      errorHandler({ resourceMetadataUrl: endpoint, baselineScopes: [], log: new RecordingLog() }),
    )
    server = await serve({ host: '127.0.0.1', port: 0, handler: app, drainMs: 50 })
    return { slow, handled: () => handled }
  }

  const send = (token: string): Socket => {
    const socket = connect(server.port, '127.0.0.1')
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: mcp.example\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    return socket
  }

  test('[S1] a client that is gone before it is counted takes no place of its user for good', async () => {
    const { slow, handled } = await openSlowlyVerified()
    const gone = Array.from({ length: GONE }, () => send('slow'))
    await slow.asked.opened
    for (const socket of gone) socket.resetAndDestroy()
    await slow.closed.opened
    slow.verified.open()
    await slow.settled.opened
    const answer = await request(`http://127.0.0.1:${server.port}`)
      .post('/mcp')
      .set({ Authorization: 'Bearer quick', 'Content-Type': 'application/json' })
      .send('{}')
    expect([answer.status, answer.text]).toEqual([200, 'done'])
    expect(handled()).toBe(1)
  })
})
