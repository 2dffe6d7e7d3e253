import { describe, expect, test } from 'vitest'
import { json } from '../answer-json.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf, failureThrownBy } from '../outcomes.js'

describe('content()', () => {
  test('resolves with a success of any media type, and its body as the API sent it', async () => {
    const { client } = await setUpApi((_req, res) => {
      res.writeHead(206, { 'content-type': 'text/csv' }).end('a,b\n')
    })
    const { response } = await client.content('/x')
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      206,
      'text/csv',
      'a,b\n',
    ])
  })

  test.each([
    [401, 'downstream_unauthorized'],
    [403, 'downstream_forbidden'],
    [404, 'downstream_failed'],
    [429, 'downstream_unavailable'],
    [302, 'downstream_failed'],
    [500, 'downstream_unavailable'],
  ])('rejects HTTP %i as json() does', async (status, code) => {
    const { client, reported } = await setUpApi(json({ detail: 'words' }, status))
    const failure = await failureOf(client.content('/x'))
    expect(failure.code).toBe(code)
    expect(failure.details.status).toBe(status)
    expect(reported).toEqual([failure])
  })

  test('reads more than json() may, since nothing of it has to be kept', async () => {
    const { client } = await setUpApi((_req, res) => res.end('x'.repeat(3_000)), { maxBytes: 100 })
    const { response } = await client.content('/x')
    expect((await response.text()).length).toBe(3_000)
  })

  test('breaks off a body with the token in it, and finds it in a text that the reader has decoded', async () => {
    const { client, reported } = await setUpApi((_req, res) => res.end('a exchanged.token b'))
    const answer = await client.content('/x')
    expect((await failureOf(answer.response.text())).details.reason).toBe('token_echoed')
    answer.assertNoToken('nothing')
    const failure = failureThrownBy(() => {
      answer.assertNoToken('an exchanged.token')
    })
    expect(failure.details.reason).toBe('token_echoed')
    expect(reported).toContain(failure)
  })
})
