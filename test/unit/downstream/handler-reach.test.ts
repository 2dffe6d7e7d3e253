import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { json } from '../answer-json.js'
import { textsIn } from '../../helpers/texts-in.js'
import { ANSWER, setUpApi } from '../downstream-api.js'

const broken: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Length': '100' }).write('{')
  res.destroy()
}

test.each<[string, RequestListener]>([
  ['answers', json({ msg: 'hello' })],
  ['refuses the call', json({ msg: 'no' }, 401)],
  ['breaks the answer off', broken],
])('the client of an API that %s leads a handler to no token', async (_what, answer) => {
  const { client, seen } = await setUpApi(answer)
  const outcomes = await Promise.allSettled([
    client.fetch('/x'),
    client.content('/x'),
    client.json('/x', { schema: ANSWER }),
  ])
  expect(seen[0]?.headers.authorization).toBe('Bearer exchanged.token')
  expect(Reflect.ownKeys(client)).toEqual(['fetch', 'content', 'json'])
  const found = textsIn({ client, outcomes })
  expect(found.filter((text) => /exchanged\.token|renewed\.token/.test(text))).toEqual([])
  const shown = inspect({ client, outcomes }, { depth: 12, getters: true, showHidden: true })
  expect(shown).not.toMatch(/exchanged\.token|renewed\.token/)
})
