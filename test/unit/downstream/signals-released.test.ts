import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { json } from '../answer-json.js'
import { ANSWER, setUpApi, type LooseClient } from '../downstream-api.js'

/** Calls an API that answers in some way; resolves with the listeners that are left at the caller's signal. */
async function leftBehind(
  answer: Parameters<typeof setUpApi>[0],
  call: (client: LooseClient) => Promise<unknown>,
): Promise<number> {
  const { signal } = new AbortController()
  const { client } = await setUpApi(answer, { signal })
  await call(client).catch(() => undefined)
  return getEventListeners(signal, 'abort').length
}

const asJson = (client: LooseClient): Promise<unknown> => client.json('/me', { schema: ANSWER })

describe('a call that is over leaves nothing at the signal of its caller', () => {
  test.each([
    ['was answered', json({ msg: 'hello' })],
    ['was refused', json({ error: 'no' }, 403)],
    ['was not authorized, twice', json({}, 401)],
    ['failed at the API', json({}, 500)],
    ['has an answer of another shape', json({ other: 1 })],
    ['has an answer with its token', json({ msg: 'exchanged.token' })],
  ])('a call leaves nothing at the signal of its caller that %s', async (_, answer) => {
    expect(await leftBehind(answer, asJson)).toBe(0)
  })

  test('a call leaves nothing at the signal of its caller that broke off', async () => {
    expect(await leftBehind((_req, res) => res.destroy(), asJson)).toBe(0)
  })

  test('a call leaves nothing at the signal of its caller whose answer the handler has read', async () => {
    expect(await leftBehind(undefined, async (client) => (await client.fetch('/me')).text())).toBe(
      0,
    )
  })

  test('a call leaves nothing at the signal of its caller whose answer the handler gives up', async () => {
    expect(
      await leftBehind(undefined, async (client) => (await client.fetch('/me')).body?.cancel()),
    ).toBe(0)
  })

  test('a call leaves nothing at the signal of its caller whose answer has no body', async () => {
    const answer: Parameters<typeof setUpApi>[0] = (_req, res) => res.writeHead(204).end()
    expect(await leftBehind(answer, (client) => client.fetch('/me'))).toBe(0)
  })

  test('a call whose answer nobody has read yet still ends with its caller', async () => {
    expect(await leftBehind(undefined, (client) => client.fetch('/me'))).toBe(1)
  })
})
