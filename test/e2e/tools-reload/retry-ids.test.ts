import { expect, test } from 'vitest'
import { closeWithTest } from '../../helpers/close-with-test.js'
import { startTestApi } from '../../helpers/test-api.js'
import { json } from '../../unit/answer-json.js'
import { documentOf, startReloadServer, TRIPS } from './reload-server.js'

/** The document, with keys by which the API knows a write again. */
function withKeys(title: string): string {
  const document = JSON.parse(documentOf(TRIPS)) as {
    info: { title: string }
    paths: Record<string, Record<string, { parameters?: object[] }>>
  }
  document.info.title = title
  const create = document.paths['/trips']?.['post']
  if (create === undefined) throw new Error('there is no such operation')
  create.parameters = [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } }]
  return JSON.stringify(document)
}

test('an id to repeat a write by is good after the document was read again', async () => {
  const api = await startTestApi()
  closeWithTest(() => api.close())
  const server = await startReloadServer(TRIPS, { api })
  server.put(withKeys('Trips'))
  await server.reloadTools()
  api.responder = (req) => req.socket.destroy()
  const { text } = await server.call('create_trip', 'write')
  const id = /retry_of\\*": \\*"([\w-]+)/.exec(text)?.[1]
  api.responder = json({ made: true }, 201)
  server.put(withKeys('More trips'))
  expect(await server.reloadTools()).toMatchObject({ changed: true })
  expect((await server.call('create_trip', 'write', { retry_of: id })).text).toContain('made')
  const keys = api.requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toEqual([keys[0], keys[0], keys[0]])
})
