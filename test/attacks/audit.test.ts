import { expect, test } from 'vitest'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { startMcpServer } from '../helpers/start-mcp-server.js'

/** A call with an id of the attacker's choice. */
const callWithId = (id: unknown, args: object): object => ({ ...callTool('greet', args), id })

test('two calls of a batch cannot share an id, so that what one does cannot stand in the record of the other', async () => {
  const server = await startMcpServer()
  const token = await server.mint({ scope: 'tool:greet' })
  const batch = [callWithId(7, {}), callWithId(7, { name: 'other' })]
  const answer = await postMcp(server.endpoint, batch, { token })
  await server.close()
  expect(answer.status).toBe(400)
  expect(rpcAnswer(answer)).toMatchObject({
    error: { message: expect.stringContaining('an id of its own') as string },
  })
  expect(server.api.requests).toEqual([])
  expect(server.audit.records.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['invalid_request', 'id_not_unique'],
    ['invalid_request', 'id_not_unique'],
  ])
})

test('calls whose ids differ in their type alone are calls with different ids', async () => {
  const server = await startMcpServer()
  const token = await server.mint({ scope: 'tool:greet' })
  const batch = [callWithId(7, {}), callWithId('7', {})]
  expect((await postMcp(server.endpoint, batch, { token })).status).toBe(200)
  await server.close()
  expect(server.audit.records.map(({ outcome, apiCallCount }) => [outcome, apiCallCount])).toEqual([
    ['ok', 1],
    ['ok', 1],
  ])
})

test('a call with an id that no JSON can say again has a record that fits the schema', async () => {
  const server = await startLibraryServer({
    ...{ sdk: 'SDK v1', handlers: { greet: () => 'hello' } },
    tools: [{ name: 'greet', requiredScopes: [] }],
  })
  const message = JSON.stringify(callWithId(0, {})).replace('"id":0', '"id":1e400')
  await postMcp(server.endpoint, message, { token: await server.mint() })
  await server.close()
  const written: unknown = JSON.parse(JSON.stringify(server.audit.records))
  expect(written).toHaveLength(1)
  expect(written).not.toMatchObject([{ messageId: null }])
})

test('halves of characters and marks that turn text around do not get into a record', async () => {
  const server = await startMcpServer()
  const token = await server.mint()
  const message = { ...callTool('a\ud800b\u202ec'), id: 'x\udfffy\u2066z' }
  await postMcp(server.endpoint, message, { token })
  await server.close()
  expect(server.audit.records.map(({ tool, messageId }) => [tool, messageId])).toEqual([
    ['a\ufffdb c', 'x\ufffdy z'],
  ])
})
