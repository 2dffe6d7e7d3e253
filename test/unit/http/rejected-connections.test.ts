import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerRejectedConnections } from '../../../src/http/rejected-connections.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { RecordingLog } from '../../helpers/recording-log.js'

async function started() {
  const log = new RecordingLog()
  const time = { now: 1_000 }
  const server = createServer({ maxHeaderSize: 4_096 }, (req, res) => {
    if (req.url === '/begun') res.write('begun')
    else res.end('ok')
  })
  answerRejectedConnections(server, { maxHeaderBytes: 4_096, log, clock: () => time.now })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const send = (text: string) => sendRaw(new URL(`http://127.0.0.1:${port}`), text)
  return { log, time, send }
}

const withHeader = (bytes: number): string =>
  `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(bytes)}\r\nConnection: close\r\n\r\n`

describe('a request that no handler sees', () => {
  test('[case 40] a request that no handler sees with too many headers is 431, says how much is allowed, and is logged', async () => {
    const { send, log } = await started()
    const answer = await send(withHeader(5_000))
    expect(answer.status).toBe(431)
    expect(JSON.parse(answer.body)).toEqual({
      error: 'headers_too_large',
      error_description: expect.stringMatching(/larger than 4096 bytes.*access token/) as string,
    })
    expect(log.lines).toEqual([
      {
        level: 'warn',
        name: 'http_rejected',
        fields: { status: 431, reason: 'headers_too_large', unlogged: 0 },
      },
    ])
  })

  test('[case 40] a request that no handler sees writes ten log lines a minute at the most, and the next says how many were left out', async () => {
    const { send, log, time } = await started()
    for (let i = 0; i < 14; i += 1) await send(withHeader(5_000))
    expect(log.lines).toHaveLength(10)
    await send('nonsense\r\n\r\n')
    expect(log.lines.at(-1)?.fields).toMatchObject({ status: 400, reason: 'not_http', unlogged: 0 })
    time.now += 60_000
    await send(withHeader(5_000))
    expect(log.lines.at(-1)?.fields).toMatchObject({ reason: 'headers_too_large', unlogged: 4 })
  })

  test('a request that no handler sees is logged again right after the clock was set back', async () => {
    const { send, log, time } = await started()
    time.now = 1_000_000
    for (let i = 0; i < 11; i += 1) await send(withHeader(5_000))
    time.now = 1_000
    await send(withHeader(5_000))
    expect(log.lines.at(-1)?.fields).toMatchObject({ reason: 'headers_too_large', unlogged: 1 })
  })

  test('[S16.8] a request that no handler sees that is CONNECT is 405, and one that is no HTTP is 400', async () => {
    const { send } = await started()
    expect((await send('CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n')).status).toBe(405)
    expect((await send('NOSUCH / HTTP/1.1\r\nHost: a\r\n\r\n')).status).toBe(400)
    expect((await send('GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n')).status).toBe(400)
  })

  test('a request that no handler sees does not write into an answer that has begun', async () => {
    const { send } = await started()
    const answer = await send('GET /begun HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n')
    expect(answer.raw).not.toContain('not_http')
  })
})
