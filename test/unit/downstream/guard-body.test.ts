import { expect, test } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../../src/secret.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

// Shaped like no token, so that the scan for leaks has nothing to find.
const TOKEN = 'Quite-another_token.'.repeat(4)
const tokens = {
  token: () => Promise.resolve(new Secret(TOKEN)),
  renew: () => Promise.resolve(new Secret(TOKEN)),
}

/** An answer whose body comes in these pieces, each when it is asked for. */
function piecewise(pieces: readonly string[], init: ResponseInit = {}) {
  const left = [...pieces]
  const asked = { pulls: 0, cancelled: [] as unknown[] }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        asked.pulls += 1
        const piece = left.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(Buffer.from(piece))
      },
      cancel(reason) {
        asked.cancelled.push(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { response: new Response(body, init), asked }
}

async function fetched(pieces: readonly string[], init: ResponseInit = {}) {
  const { response, asked } = piecewise(pieces, init)
  const { client, reported } = await setUpApi(undefined, {
    tokens,
    fetch: () => Promise.resolve(response),
  })
  return { response: await client.fetch('/x'), asked, reported }
}

test('an answer is read no faster than its reader reads', async () => {
  const { response, asked } = await fetched(['one', 'two'])
  await new Promise(setImmediate)
  expect(asked.pulls).toBe(0)
  await response.body?.getReader().read()
  await new Promise(setImmediate)
  expect(asked.pulls).toBe(1)
})

test('an answer that its reader leaves is cancelled at the API, with the reason', async () => {
  const { response, asked, reported } = await fetched(['one', 'two'])
  const reason = new Error('enough')
  await response.body?.cancel(reason)
  expect(asked.cancelled).toEqual([reason])
  expect(reported).toEqual([])
})

test('an answer keeps its status and its headers', async () => {
  const { response } = await fetched(['x'], {
    status: 206,
    statusText: 'Some of it',
    headers: { etag: '"1"' },
  })
  expect([response.status, response.statusText, response.headers.get('etag')]).toEqual([
    206,
    'Some of it',
    '"1"',
  ])
})

test('what could be the beginning of the token is held back, and comes whole at the end', async () => {
  const { response, asked } = await fetched(['before ', TOKEN.slice(0, 10), TOKEN.slice(10, 30)])
  const read: string[] = []
  for await (const bytes of response.body ?? []) read.push(Buffer.from(bytes).toString())
  // No empty piece in between: some readers take that for the end.
  expect(read).toEqual(['before ', TOKEN.slice(0, 30)])
  expect(asked.cancelled).toEqual([])
})

test('an answer that holds the token is cancelled at the API, and reported once', async () => {
  const { response, asked, reported } = await fetched(['before ', TOKEN, 'after'])
  const failure = await failureOf(response.text())
  expect(failure.details.reason).toBe('token_echoed')
  expect(failure.details.log).toMatchObject({
    security: true,
    problem: 'the API repeats the token that it was sent',
  })
  expect(reported).toEqual([failure])
  expect(asked.cancelled).toHaveLength(1)
})

test('an answer without a body that holds the token in a header is withheld', async () => {
  for (const body of [null, 'x']) {
    const { client } = await setUpApi(undefined, {
      tokens,
      fetch: () => Promise.resolve(new Response(body, { headers: { 'x-debug': TOKEN } })),
    })
    expect((await failureOf(client.fetch('/x'))).details.reason).toBe('token_echoed')
    const read = client.json('/x', { schema: z.unknown() })
    expect((await failureOf(read)).details.reason).toBe('token_echoed')
  }
})

test('an answer that holds the token in its status text is withheld', async () => {
  const { client } = await setUpApi(undefined, {
    tokens,
    fetch: () => Promise.resolve(new Response('x', { statusText: `refused ${TOKEN}` })),
  })
  expect((await failureOf(client.fetch('/x'))).details.reason).toBe('token_echoed')
})
