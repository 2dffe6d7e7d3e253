import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOutgoingFetch } from '../../../src/http/outgoing-fetch.js'
import { senderOfFetch } from '../../../src/http/sender-of-fetch.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { setUpApi } from '../downstream-api.js'

const ANSWER = JSON.stringify({ msg: 'hello' })

function openPool() {
  const pool = createOutgoingFetch()
  onTestFinished(() => void pool.close())
  return pool.fetch
}

/** What the pool of our own makes of an answer with these headers. */
async function answered(headers: Record<string, string>, body: string | Buffer) {
  const answer: RequestListener = (_req, res) => {
    res.writeHead(200, headers).end(body)
  }
  return setUpApi(answer, { fetch: openPool() })
}

describe('a call of an API over connections of our own', () => {
  test.each<[string, (text: string) => Buffer]>([
    ['gzip', (text) => gzipSync(text)],
    ['x-gzip', (text) => gzipSync(text)],
    ['deflate', (text) => deflateSync(text)],
    ['br', (text) => brotliCompressSync(text)],
    ['identity', (text) => Buffer.from(text)],
    ['GZip, br', (text) => brotliCompressSync(gzipSync(text))],
  ])('an API may answer in the content coding %s', async (coding, encode) => {
    const { client, seen } = await answered({ 'Content-Encoding': coding }, encode(ANSWER))
    expect(await (await client.fetch('/x')).text()).toBe(ANSWER)
    expect(seen[0]?.headers['accept-encoding']).toBe('gzip, deflate, br')
  })

  test('an API gets no more than the codings that a handler asks for', async () => {
    const { client, seen } = await answered({}, ANSWER)
    await client.fetch('/x', { headers: { 'Accept-Encoding': 'identity' } })
    expect(seen[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('an answer in an unknown content coding is given as it came', async () => {
    const { client } = await answered({ 'Content-Encoding': 'constructor' }, ANSWER)
    expect(await (await client.fetch('/x')).text()).toBe(ANSWER)
  })

  test.each(['gzip', 'br', 'deflate'])(
    'an answer that is not in the content coding %s, which its header names, breaks off',
    async (coding) => {
      const { failureOfJson } = await answered({ 'Content-Encoding': coding }, ANSWER)
      expect(await failureOfJson()).toEqual(['downstream_unavailable', 'broke_off'])
    },
  )

  test('a small answer that decodes into more than may be read is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, 32))
    const { failureOfJson } = await answered({ 'Content-Encoding': 'gzip' }, bomb)
    expect(await failureOfJson()).toEqual(['downstream_failed', 'too_large'])
  })

  test('a token that the API repeats is found in a compressed answer too', async () => {
    const body = gzipSync(JSON.stringify({ msg: 'exchanged.token' }))
    const { failureOfJson } = await answered({ 'Content-Encoding': 'gzip' }, body)
    expect(await failureOfJson()).toEqual(['downstream_failed', 'token_echoed'])
  })

  test('a header of an answer has a character for each byte, and several of one name stay apart', async () => {
    const { origin } = await startHttpServer((_req, res) => {
      res.writeHead(200, 'Done', [
        ...[
          'X-Name',
          Buffer.from('é').toString('latin1'),
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
        ],
        ...['__proto__', 'x'],
      ])
      res.end()
    })
    const answer = await senderOfFetch(openPool())({
      ...{ url: new URL(origin), method: 'GET', headers: new Map() },
      signal: new AbortController().signal,
    })
    expect(answer.headers.get('x-name')).toBe('Ã©')
    expect(answer.headers.get('set-cookie')).toBe('a=1, b=2')
    expect([...answer.headers].filter(([name]) => name === 'set-cookie')).toHaveLength(2)
    expect(answer.headers.get('constructor')).toBeNull()
  })

  test.each([204, 205, 304])('an answer with the status %i has no body', async (status) => {
    const { client } = await setUpApi(
      (_req, res) => {
        res.writeHead(status).end()
      },
      { fetch: openPool() },
    )
    const response = await client.fetch('/x')
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('no call goes out over connections that are closed', async () => {
    const server = await startHttpServer((_req, res) => res.end('x'))
    const pool = createOutgoingFetch()
    await pool.close()
    await expect(pool.fetch(server.origin)).rejects.toThrow('the connections are closed')
    expect(server.connections).toBe(0)
  })
})
