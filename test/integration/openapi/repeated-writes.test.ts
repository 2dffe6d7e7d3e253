import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { json } from '../../unit/answer-json.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { callForAnswer } from '../../helpers/tool-answer.js'
import { oauth2Components } from './oauth2-components.js'

let directory: string
let api: TestApi
let server: TestServer

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'writes-'))
  api = await startTestApi()
  const document = join(directory, 'openapi.json')
  const parameters = [
    { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } },
    { name: 'day', in: 'query', schema: { type: 'string' } },
  ]
  const operation = { operationId: 'book', parameters, security: [{ OAuth2: ['write'] }] }
  writeFileSync(
    document,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Bookings', version: '1' },
      paths: {
        '/bookings': { post: { ...operation, responses: { 201: { description: 'Made' } } } },
      },
      components: oauth2Components({ write: 'Write' }),
    }),
  )
  server = await startMcpServer({ api, environment: { OPENAPI_DOCUMENT: document } })
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await api.close()
})

async function book(args: object, sub = 'auth0|alice') {
  const token = await server.mint({ scope: 'write', sub })
  return callForAnswer(server, { token, tool: 'book', args })
}

const keysSent = () => api.requests.map(({ headers }) => headers['idempotency-key'])

test('[openapi 28] a write whose outcome is unknown is repeated with its key by its user alone, and the log has neither key nor id', async () => {
  api.responder = (req) => req.socket.destroy()
  const unclear = await book({ day: 'Monday' })
  const id = /"retry_of": "([\w-]+)"/.exec(unclear.text)?.[1] ?? ''
  expect([unclear.isError, id]).toEqual([true, expect.stringMatching(/^[\w-]{40,}$/)])
  api.responder = json({ booked: true }, 201)
  const sent = keysSent()
  for (const refused of [
    await book({ day: 'Monday', retry_of: id }, 'auth0|bob'),
    await book({ day: 'Tuesday', retry_of: id }),
  ]) {
    expect([refused.isError, refused.text]).toEqual([
      true,
      expect.stringContaining('"retry_of" is no id'),
    ])
  }
  expect(keysSent()).toEqual(sent)
  const repeated = await book({ day: 'Monday', retry_of: id })
  expect(repeated.isError).toBe(false)
  const [first] = sent
  expect(keysSent()).toEqual([first, first, first])
  const log = JSON.stringify(server.log.lines)
  expect([log.includes(id), log.includes(String(first))]).toEqual([false, false])
})
