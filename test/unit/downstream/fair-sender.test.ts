import { getEventListeners } from 'node:events'
import type { RequestListener } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDownstreamClient } from '../../../src/downstream/downstream-client.js'
import {
  createFairSender,
  defaultShare,
  type FairSenderOptions,
} from '../../../src/downstream/fair-sender.js'
import type { HttpSender } from '../../../src/http/http-sender.js'
import { createOutgoingFetch } from '../../../src/http/outgoing-fetch.js'
import { senderOfFetch } from '../../../src/http/sender-of-fetch.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { startHttpServer } from '../../helpers/start-http-server.js'

/** A sender for each user with one place altogether, to a server that answers so. */
async function onePlace(handler: RequestListener, options: Partial<FairSenderOptions> = {}) {
  // Closed after the server, which ends the calls that nobody has read.
  const pool = createOutgoingFetch()
  onTestFinished(() => void pool.close())
  const { origin } = await startHttpServer(handler)
  const sendAs = createFairSender({
    ...{ send: senderOfFetch(pool.fetch), connections: 1 },
    ...options,
  })
  return { origin, sendAs, fetchAs: (user: string) => asFetch(sendAs(user)) }
}

/** What a sender answers, as a `Response`. */
function asFetch(send: HttpSender) {
  return async (url: string, { signal = new AbortController().signal } = {}): Promise<Response> => {
    const answer = await send({ url: new URL(url), method: 'GET', headers: new Map(), signal })
    const { body, status, statusText, headers } = answer
    const stream =
      body &&
      new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const bytes = await body.next()
            if (bytes === undefined) controller.close()
            else controller.enqueue(bytes)
          },
          cancel: (reason) => {
            body.cancel(reason)
          },
        },
        { highWaterMark: 0 },
      )
    const fields = [...headers].map(([name, value]): [string, string] => [name, value])
    return new Response(stream ?? null, { status, statusText, headers: fields })
  }
}

const answering: RequestListener = (_req, res) => {
  res.end('x'.repeat(100_000))
}

/** Says whether a call got its place before other work was done. */
async function started(call: Promise<unknown>): Promise<boolean> {
  let over = false
  void call.then(
    () => (over = true),
    () => (over = true),
  )
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  return over
}

describe('the place of a call of an API', () => {
  test.each<[string, RequestListener, (response: Response) => Promise<unknown>]>([
    ['its answer has been read', answering, (response) => response.text()],
    ['its answer is cancelled', answering, async (response) => response.body?.cancel()],
    [
      'its answer breaks off',
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': '10' })
        res.write('12345', () => res.destroy())
      },
      (response) => response.text().catch(() => undefined),
    ],
    [
      'it has no body',
      (_req, res) => {
        res.writeHead(204).end()
      },
      () => Promise.resolve(),
    ],
  ])('[S3] the place of a call of an API is kept until %s', async (_, handler, finish) => {
    const { origin, fetchAs } = await onePlace(handler)
    const { signal } = new AbortController()
    const first = await fetchAs('alice')(origin, { signal })
    await finish(first)
    const second = await fetchAs('alice')(origin)
    await second.body?.cancel()
    await new Promise(setImmediate)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('[S3] the place of a call of an API is kept while nobody has read the answer yet, and another user waits meanwhile', async () => {
    const { origin, fetchAs } = await onePlace(answering)
    const first = await fetchAs('alice')(origin)
    const second = fetchAs('bob')(origin)
    expect(await started(second)).toBe(false)
    expect(await first.text()).toHaveLength(100_000)
    expect(await (await second).text()).toHaveLength(100_000)
  })

  test('[S3] the place of a call of an API is given up after the time of a call where nobody ever reads the answer', async () => {
    const { origin, fetchAs } = await onePlace(answering)
    const deadline = new AbortController()
    const unread = await fetchAs('alice')(origin, { signal: deadline.signal })
    const second = fetchAs('alice')(origin)
    deadline.abort(new DOMException('the answer was not read in time', 'TimeoutError'))
    expect(await (await second).text()).toHaveLength(100_000)
    // It is no short answer: it broke off.
    await expect(unread.text()).rejects.toThrow(/not read in time/)
  })

  test('[S3] the place of a call of an API is given back when the call fails', async () => {
    let fail = true
    const { origin, fetchAs } = await onePlace(answering, {
      send: senderOfFetch((...call) =>
        fail ? Promise.reject(new TypeError('refused')) : globalThis.fetch(...call),
      ),
    })
    await expect(fetchAs('alice')(origin)).rejects.toThrow('refused')
    fail = false
    expect((await fetchAs('alice')(origin)).status).toBe(200)
  })

  test('[S3] the place of a call of an API is one of its API: calls of another origin do not wait', async () => {
    const other = await startHttpServer(answering)
    const { origin, fetchAs } = await onePlace(answering)
    await fetchAs('alice')(origin)
    expect((await fetchAs('alice')(other.origin)).status).toBe(200)
  })

  test('[S3] a call whose time is over while it waits is told that too many are under way', async () => {
    const { origin, fetchAs } = await onePlace(answering)
    await fetchAs('alice')(origin)
    const over = new AbortController()
    const waiting = fetchAs('alice')(origin, { signal: over.signal })
    over.abort(new DOMException('time is over', 'TimeoutError'))
    const error: unknown = await waiting.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OnBehalfOfError)
    expect(error).toMatchObject({
      code: 'downstream_unavailable',
      details: { reason: 'too_many_calls', retryAfterSeconds: 1 },
    })
    const gone = fetchAs('alice')(origin, { signal: AbortSignal.abort(new Error('gone')) })
    await expect(gone).rejects.toThrow('gone')
  })

  test('[S3] a tool whose call gets no turn in time is told so, not that the API is away', async () => {
    const { origin, fetchAs, sendAs } = await onePlace(answering)
    await fetchAs('alice')(origin)
    const client = createDownstreamClient({
      api: { audience: 'https://api.example/', baseUrl: new URL(origin) },
      tokens: {
        token: () => Promise.resolve(new Secret('token')),
        renew: () => Promise.resolve(new Secret('token')),
      },
      send: sendAs('alice'),
      timeoutMs: 20,
    })
    const error: unknown = await client.fetch('/x').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'downstream_unavailable',
      details: { reason: 'too_many_calls' },
    })
    expect(String(error)).toContain('Too many calls of the API are under way or waiting')
  })

  test('[S3] an answer keeps its status and its headers', async () => {
    const { origin, fetchAs } = await onePlace((_req, res) => {
      res.writeHead(206, 'Some of it', { ETag: '"1"' }).end('x')
    })
    const response = await fetchAs('alice')(origin)
    expect([response.status, response.statusText, response.headers.get('etag')]).toEqual([
      ...[206, 'Some of it', '"1"'],
    ])
  })

  test('[S3] a caller that leaves while it waits is not told of too many calls', async () => {
    const { origin, fetchAs } = await onePlace(answering)
    await fetchAs('alice')(origin)
    const named = Object.assign(new Error('gone'), { name: 'TimeoutError' })
    for (const reason of [undefined, named]) {
      const leaving = new AbortController()
      const waiting = fetchAs('alice')(origin, { signal: leaving.signal })
      leaving.abort(reason)
      const error: unknown = await waiting.catch((thrown: unknown) => thrown)
      expect(error).toBe(leaving.signal.reason)
    }
  })

  test.each([
    ['a quarter of the places unless it is set', undefined, 2],
    ['as many places as are set', 3, 3],
    ['no more than there are, whatever is set', 20, 8],
  ])('[S3] a user has %s', async (_what, maxConcurrentCallsPerUser, expected) => {
    const { origin, fetchAs } = await onePlace(answering, {
      ...{ connections: 8, concurrencyPerUser: maxConcurrentCallsPerUser },
    })
    const calls = Array.from({ length: 9 }, () => fetchAs('alice')(origin))
    await Promise.all(calls.slice(0, expected))
    expect(await started(calls[expected] ?? Promise.reject(new Error('no such call')))).toBe(false)
    if (expected === 8) return
    expect((await fetchAs('bob')(origin)).status).toBe(200)
  })

  test.each([
    [64, 16],
    [5, 1],
    [1, 1],
  ])('the place of a call of an API of %i, a user has %i unless told otherwise', (all, share) => {
    expect(defaultShare(all)).toBe(share)
  })
})
