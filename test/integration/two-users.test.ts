import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { callTool, openMcpDoor, rpcAnswer, type McpDoor } from '../helpers/mcp-door.js'
import { json, TestIssuer } from '../helpers/test-issuer.js'

const API_AUDIENCE = 'https://api.example/'
const USERS = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
// Every pair of users meets on every connection many times over; more calls would find no more.
const CALLS = 300

describe('several users over shared connections', () => {
  let issuer: TestIssuer
  let api: ListeningServer
  let door: McpDoor

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    issuer.tokenResponder = async ({ parameters }, res) => {
      const subject = parameters.get('subject_token') ?? ''
      const payload = JSON.parse(
        Buffer.from(subject.split('.')[1] ?? '', 'base64url').toString(),
      ) as { sub: string; client_id: string }
      const token = await issuer.mint(API_AUDIENCE, {
        claims: {
          sub: payload.sub,
          scope: 'read:private',
          client_id: 'mcp-server',
          act: { sub: 'mcp-server', act: { sub: payload.client_id } },
        },
      })
      json(res, 200, {
        access_token: token,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 600,
      })
    }
    api = await serve({
      host: '127.0.0.1',
      port: 0,
      drainMs: 50,
      handler: createDownstreamApi({ issuer: issuer.issuer, audience: API_AUDIENCE }),
    })
    door = await openMcpDoor({
      issuer: issuer.issuer,
      apiUrl: `http://127.0.0.1:${api.port}`,
      environment: { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0' },
    })
  })

  afterAll(async () => {
    await Promise.all([door.close(), api.close(), issuer.close()])
  })

  test('[RS14] in 300 interleaved calls nobody sees anybody else’s identity', async () => {
    const tokens = new Map<string, string>()
    for (const user of USERS) {
      tokens.set(user, await issuer.mint(door.audience, { claims: { sub: `auth0|${user}` } }))
    }
    const agent = new Agent({ connections: 4, pipelining: 1 })
    const call = async (index: number): Promise<void> => {
      const user = USERS[index % USERS.length] ?? 'alice'
      const tool = index % 3 === 0 ? 'greet' : 'whoami'
      const response = await undiciFetch(door.endpoint, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          Authorization: `Bearer ${tokens.get(user) ?? ''}`,
        },
        body: JSON.stringify(callTool(tool)),
      })
      expect(response.status).toBe(200)
      const answer = await rpcAnswer(response)
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
