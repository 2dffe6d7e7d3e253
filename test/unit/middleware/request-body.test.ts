import { gzipSync } from 'node:zlib'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { limitByCaller } from '../../../middleware/rate-limits.js'
import { formBody, jsonBody } from '../../../middleware/request-body.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { sendLines } from '../../helpers/wire.js'
import { appOf, echo, signedInAs } from './protected-app.js'

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const FORM = 'application/x-www-form-urlencoded'

async function sendChunked(origin: string, type: string, body: string): Promise<unknown> {
  const lines = [
    ...['POST / HTTP/1.1', 'Host: mcp.example', `Content-Type: ${type}`],
    ...['Transfer-Encoding: chunked', 'Connection: close', ''],
    ...[body.length.toString(16), body, '0', '', ''],
  ]
  return (await sendRaw(new URL(origin), lines.join('\r\n'))).status
}

describe('a form-encoded body', () => {
  const post = async (body: string) => {
    const { app, refusal } = appOf(formBody(), echo)
    const { status, text } = await request(app).post('/').type(FORM).send(body)
    return { status, text, refusal: refusal() }
  }

  test('a token in a form is refused, and any other form goes on', async () => {
    const refused = await post('access_token=abc&x=1')
    expect(refused).toMatchObject({ status: 400, refusal: { code: 'malformed_credentials' } })
    expect(refused.text).not.toContain('abc')
    expect((await post('token=abc')).status).toBe(200)
  })

  test('a form of more than 32 KiB is 413', async () => {
    expect((await post(`x=${'y'.repeat(32 * 1024 - 2)}`)).status).toBe(200)
    expect((await post(`x=${'y'.repeat(32 * 1024 - 1)}`)).status).toBe(413)
  })
})

describe('a JSON body', () => {
  test.each([['7'], ['"x"'], ['null'], ['true']])(
    'JSON that is no object, such as %s, is left to the protocol to answer',
    async (text) => {
      const { app } = appOf(jsonBody(100), echo)
      const answer = await request(app).post('/').type('application/json').send(text)
      expect([answer.status, answer.body]).toEqual([200, { body: JSON.parse(text) as unknown }])
    },
  )

  test('a body that comes in chunks has to be JSON as well', async () => {
    const { app } = appOf(jsonBody(1_000), echo)
    const { origin } = await startHttpServer(app)
    expect(await sendChunked(origin, 'text/plain', 'hello')).toBe(415)
    expect(await sendChunked(origin, 'application/json', JSON.stringify(ping))).toBe(200)
  })

  test('a body that something in front has read and kept to itself is a mistake of the wiring, and the log says what to do', async () => {
    const reading: RequestHandler = (req, _res, next) => {
      req.on('end', next).resume()
    }
    const { app, refusal } = appOf(reading, jsonBody(1_000), echo)
    expect((await request(app).post('/').send(ping)).status).toBe(500)
    expect(refusal()).toMatchObject({
      code: 'misconfigured',
      reason: 'body_not_parsed',
      hint: expect.stringContaining('mount no body parser but express.json()') as string,
    })
  })
})

describe('the bytes of a minute', () => {
  const limited = (...front: readonly RequestHandler[]) => {
    const limit = limitByCaller({ perMinute: 0, bytesPerMinute: 10_000, clock: () => 0 })
    return appOf(signedInAs('alice'), ...front, limit, jsonBody(6_000), echo).app
  }
  test('a request without a body uses up next to none', async () => {
    const app = limited()
    for (let count = 0; count < 5; count += 1)
      expect((await request(app).get('/')).status).toBe(200)
  })

  test('a body that another parser has read counts as the largest where it came compressed', async () => {
    const app = limited(express.json())
    const zipped = gzipSync(JSON.stringify(ping))
    const { origin } = await startHttpServer(app)
    const headers = [
      ['Content-Type', 'application/json'],
      ['Content-Encoding', 'gzip'],
    ] as const
    const statuses = []
    for (let count = 0; count < 2; count += 1) {
      statuses.push((await sendLines(origin, { headers, body: zipped })).status)
    }
    expect(statuses).toEqual([200, 429])
  })

  test('a body that another parser has read counts as the largest where it came in chunks', async () => {
    const { origin } = await startHttpServer(limited(express.json()))
    const send = () => sendChunked(origin, 'application/json', JSON.stringify(ping))
    expect([await send(), await send()]).toEqual([200, 429])
  })
})
