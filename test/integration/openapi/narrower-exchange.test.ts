import { expect, test } from 'vitest'
import {
  API_AUDIENCE,
  answerWith,
  mintExchanged,
  tokenAnswer,
} from '../../helpers/exchange-answers.js'
import { callTool, postMcp, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { TRAIN_TRAVEL } from './document-server.js'

test('[openapi 11] a tool of a document whose exchange grants less than the operation needs is an error, and the API is not called', async () => {
  const server = await startMcpServer({ environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL } })
  server.issuer.tokenResponder = async (request, res) => {
    const token = await mintExchanged(server.issuer, request, { claims: { scope: 'read' } })
    answerWith(res, { ...tokenAnswer(token), scope: 'read' })
  }
  const token = await server.mint({ scope: 'read write' })
  const call = callTool('create_booking', { body: {} })
  const response = await postMcp(server.endpoint, call, { token })
  expect(response.status).toBe(200)
  expect(rpcAnswer(response)['result']).toMatchObject({ isError: true })
  expect(server.log.named('tool_failed')).toMatchObject([
    { fields: { tool: 'create_booking', code: 'downstream_scope_denied' } },
  ])
  expect(server.issuer.tokenRequests.map(({ parameters }) => parameters.get('scope'))).toEqual([
    'write',
  ])
  expect(server.issuer.tokenRequests[0]?.parameters.get('audience')).toBe(API_AUDIENCE)
  expect(server.api.requests).toEqual([])
})
