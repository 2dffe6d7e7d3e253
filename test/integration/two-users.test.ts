import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { API_AUDIENCE, exchangeAsAsked } from '../helpers/exchange-answers.js'
import { callTool, mcpHeaders, rpcAnswer } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../helpers/test-api.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const USERS = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
// Every pair of users meets on every connection many times over; more calls would find no more.
const CALLS = 300

describe('several users over shared connections', () => {
  let issuer: TestIssuer
  let api: TestApi
  let server: TestServer

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    issuer.tokenResponder = exchangeAsAsked(issuer)
    api = await startTestApi(createDownstreamApi({ issuer: issuer.issuer, audience: API_AUDIENCE }))
    server = await startMcpServer({ issuer, api })
  })

  afterAll(async () => {
    await Promise.all([server.close(), api.close(), issuer.close()])
  })

  test('[RS14] several users over shared connections in 300 interleaved calls nobody sees anybody else’s identity', async () => {
    const tokens = new Map<string, string>()
    for (const user of USERS) {
      tokens.set(user, await server.mint({ sub: `auth0|${user}` }))
    }
    const agent = new Agent({ connections: 4, pipelining: 1 })
    const call = async (index: number): Promise<void> => {
      const user = USERS[index % USERS.length] ?? 'alice'
      const tool = index % 3 === 0 ? 'greet' : 'whoami'
      const response = await undiciFetch(server.endpoint, {
        dispatcher: agent,
        method: 'POST',
        headers: mcpHeaders({ token: tokens.get(user) }),
        body: JSON.stringify(callTool(tool)),
      })
      expect(response.status).toBe(200)
      const answer = rpcAnswer({ text: await response.text() })
      const content = (answer['result'] as { structuredContent: Record<string, unknown> })
        .structuredContent
      if (tool === 'greet') {
        expect(content).toMatchObject({ sub: `auth0|${user}`, api: { sub: `auth0|${user}` } })
      } else {
        expect(content).toMatchObject({ user: { sub: `auth0|${user}` } })
      }
    }
    await Promise.all(Array.from({ length: CALLS }, (_, index) => call(index)))
    await agent.close()
  })
})
