import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOutgoingFetch } from '../../../src/http/outgoing-fetch.js'
import type { Fetch } from '../../../src/http/fetch-json.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { json } from '../answer-json.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { deferred, failureOf } from '../outcomes.js'

/** An API that ends a connection on which it has answered before, as soon as the next request has come. */
function endingReused(how: (socket: Socket) => void, answered = json({ msg: 'hello' })) {
  const used = new WeakSet<Socket>()
  const counts = { ended: 0, answered: 0 }
  const answer: RequestListener = (req, res) => {
    if (used.has(req.socket)) {
      counts.ended += 1
      how(req.socket)
      return
    }
    counts.answered += 1
    used.add(req.socket)
    answered(req, res)
  }
  return { answer, counts }
}

/** What undici throws where a connection ends before the answer begins. */
function otherSideClosed(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
  return new TypeError('fetch failed', { cause })
}

/** Reads answers to their end. undici uses a connection again in the next turn of the event loop. */
async function settled(responses: readonly Response[]): Promise<void> {
  await Promise.all(responses.map((response) => response.text()))
  await setImmediate()
  await setImmediate()
}

const WAYS: readonly (readonly [what: string, how: (socket: Socket) => void])[] = [
  ['closes it', (socket) => void socket.end()],
  ['cuts it', (socket) => void socket.destroy()],
  ['resets it', (socket) => void socket.resetAndDestroy()],
]

function openPool(): Fetch {
  const pool = createOutgoingFetch()
  onTestFinished(() => pool.close())
  return pool.fetch
}

const FETCHES: readonly (readonly [what: string, open: () => Fetch])[] = [
  ['a pool', openPool],
  [
    'a fetch around it',
    () => {
      const pooled = openPool()
      return (...call) => pooled(...call)
    },
  ],
]

describe.each(FETCHES)('over %s', (_kind, open) => {
  describe.each(WAYS)('an API that %s when it is used again', (_what, how) => {
    test.each(['GET', 'HEAD', 'PUT', 'DELETE'] as const)(
      '[case 57] an API that ends a used connection gets %s once more, on a fresh connection',
      async (method) => {
        const { answer, counts } = endingReused(how)
        const { client } = await setUpApi(answer, { fetch: open() })
        await settled([await client.fetch('/x')])
        expect((await client.fetch('/x', { method })).status).toBe(200)
        expect(counts).toEqual({ ended: 1, answered: 2 })
      },
    )

    test.each(['POST', 'PATCH'] as const)(
      '[case 57] an API that ends a used connection gets %s only once',
      async (method) => {
        const { answer, counts } = endingReused(how)
        const { client } = await setUpApi(answer, { fetch: open() })
        await settled([await client.fetch('/x')])
        const failure = await failureOf(client.fetch('/x', { method, json: {} }))
        expect([failure.code, failure.details.reason]).toEqual([
          'downstream_unavailable',
          'broke_off',
        ])
        expect(failure.message).toMatch(/not known whether the call took effect/)
        expect(counts).toEqual({ ended: 1, answered: 1 })
      },
    )
  })

  test('[case 57] the second try is not made on another connection that was used before', async () => {
    const { answer, counts } = endingReused((socket) => socket.destroy())
    const both = [deferred(), deferred()] as const
    const over = open()
    let waiting = 0
    let others: Promise<Response>[] = []
    const { client, server } = await setUpApi(
      (req, res) => {
        if (req.url !== '/wait') {
          answer(req, res)
          return
        }
        both[waiting === 0 ? 0 : 1].resolve()
        waiting += 1
        void Promise.all(both.map(({ promise }) => promise)).then(() => {
          answer(req, res)
        })
      },
      {
        fetch: (input, init) =>
          over(input, init).catch((error: unknown) => {
            // Somebody else's call takes the place of the dead connection before the second try.
            others = [over(`${server.origin}/other`)]
            throw error
          }),
      },
    )
    await settled(await Promise.all([client.fetch('/wait'), client.fetch('/wait')]))
    expect(counts).toEqual({ ended: 0, answered: 2 })
    expect(await client.json('/x', { schema: ANSWER })).toEqual({ msg: 'hello' })
    await settled(await Promise.all(others))
    expect(counts).toEqual({ ended: 1, answered: 4 })
  })

  test('[case 57] an API that ends every connection is tried twice and no more', async () => {
    let requests = 0
    const { failureOfJson } = await setUpApi(
      (req) => {
        requests += 1
        req.socket.destroy()
      },
      { fetch: open() },
    )
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'broke_off'])
    expect(requests).toBe(2)
  })

  test('[case 57] an answer that has begun is not asked for again', async () => {
    let requests = 0
    const { failureOfJson } = await setUpApi(
      (_req, res) => {
        requests += 1
        res.writeHead(200, { 'Content-Length': '100' }).write('{"msg"', () => {
          res.destroy()
        })
      },
      { fetch: open() },
    )
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'broke_off'])
    expect(requests).toBe(1)
  })

  test('[case 57] a caller that has left gets no second try', async () => {
    const leaving = new AbortController()
    let requests = 0
    const { client } = await setUpApi(
      (req) => {
        requests += 1
        leaving.abort()
        req.socket.destroy()
      },
      { fetch: open(), signal: leaving.signal },
    )
    expect((await failureOf(client.fetch('/x'))).code).toBe('cancelled')
    expect(requests).toBe(1)
  })

  test('[case 57] the second try shares the deadline of the first', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const over = open()
    const { failureOfJson } = await setUpApi(() => undefined, {
      timeoutMs: 300,
      fetch: (input, init) => {
        signals.push(init?.signal)
        // At once, so that the deadline cannot come first on a slow machine.
        return signals.length === 1 ? Promise.reject(otherSideClosed()) : over(input, init)
      },
    })
    expect(await failureOfJson()).toEqual(['downstream_unavailable', 'timed_out'])
    expect([signals.length, new Set(signals).size]).toEqual([2, 1])
  })
})

test('[case 57] a connection that does not come about is no reason for a second try', async () => {
  const server = await startHttpServer(() => undefined)
  await server.close()
  let tries = 0
  const api = { audience: 'a', baseUrl: new URL(server.origin) }
  const { failureOfJson } = await setUpApi(undefined, {
    api,
    fetch: (input, init) => {
      tries += 1
      return openPool()(input, init)
    },
  })
  expect(await failureOfJson()).toEqual(['downstream_unavailable', 'unreachable'])
  expect(tries).toBe(1)
})
