import { expect, test } from 'vitest'
import { json } from '../unit/answer-json.js'
import { callTool } from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { startTestApi } from '../helpers/test-api.js'
import { toolAnswer } from '../helpers/tool-answer.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { writeDocument } from './helpers/write-document.js'
import { postTo, startFleet } from './helpers/start-fleet.js'

/** One write that knows a call again by its key. */
const BOOKINGS = {
  openapi: '3.1.0',
  info: { title: 'Bookings', version: '1' },
  paths: {
    '/bookings': {
      post: {
        operationId: 'book',
        parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } }],
        security: [{ OAuth2: ['write'] }],
        responses: { 201: { description: 'Made' } },
      },
    },
  },
  components: oauth2Components({ write: 'Write' }),
}

test('a write whose outcome one instance does not know is repeated by another, with its key', async () => {
  const api = await startTestApi()
  closeWithTest(() => api.close())
  const environment = { OPENAPI_DOCUMENT: writeDocument(BOOKINGS) }
  const { first, second, mint } = await startFleet({ environment, api })
  const token = await mint({ scope: 'write' })
  const book = async (server: TestServer, args: object) =>
    toolAnswer(await postTo(server, callTool('book', args), { token }))
  api.responder = (req) => req.socket.destroy()
  const unclear = await book(first, {})
  const id = /"retry_of": "([\w-]+)"/.exec(unclear.text)?.[1] ?? ''
  api.responder = json({ booked: true }, 201)
  expect((await book(second, { retry_of: id })).isError).toBe(false)
  const keys = api.requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toEqual([keys[0], keys[0], keys[0]])
})
