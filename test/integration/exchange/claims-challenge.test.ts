import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Environment } from '../../../src/config/config.js'
import { OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'
import { modern } from '../../helpers/wire.js'

const CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const ENCODED = Buffer.from(CLAIMS).toString('base64')

const read = defineTool({
  ...{ name: 'read', title: 'read', description: 'read' },
  inputSchema: z.strictObject({}),
  outputSchema: z.object({ msg: z.string() }),
  requiredScopes: ['tool:read'],
  downstream: { api: 'api', scopes: ['read:private'] },
  toText: ({ msg }) => msg,
  handler: (_input, { downstream }) =>
    downstream.json('/things', { schema: z.object({ msg: z.string() }) }),
})

/** A server whose API wants claims that no token has. */
async function startChallenged(environment: Environment = {}): Promise<TestServer> {
  const server = await startMcpServer({
    tools: [read],
    environment: { MCP_BASELINE_SCOPES: 'tool:read', ...environment },
  })
  const challenge = `Bearer error="insufficient_claims", claims="${ENCODED}"`
  server.api.responder = (_req, res) => res.writeHead(401, { 'WWW-Authenticate': challenge }).end()
  return server
}

async function call(server: TestServer, client: '2025' | '2026'): Promise<ToolAnswer> {
  const token = await mintSubject(server, { scope: 'tool:read' })
  if (client === '2025') return callForAnswer(server, { token, tool: 'read' })
  const { message, headers } = modern('tools/call', { name: 'read', arguments: {} })
  return callForAnswer(server, { token, message, headers })
}

function expectChallenge({ status, challenge, raw }: ToolAnswer): void {
  expect(status).toBe(401)
  expect(challenge).toContain('Bearer error="insufficient_claims"')
  expect(challenge).toContain(`claims="${ENCODED}"`)
  expect(challenge).toContain('resource_metadata="http')
  expect(raw).toContain('wants the user to sign in again')
  expect(raw).not.toContain(CLAIMS)
}

describe('a claims challenge', () => {
  test('a claims challenge of the API reaches a client of 2026 as HTTP 401, with text that a person can read', async () => {
    const server = await startChallenged()
    expectChallenge(await call(server, '2026'))
    expect(server.api.requests).toHaveLength(1)
    expect(server.log.named('request_refused')).toMatchObject([
      { fields: { code: 'reauthentication_required', reason: 'claims_challenge' } },
    ])
  })

  test('a claims challenge of the API reaches a client of 2025 as HTTP 401 where no stream has begun', async () => {
    expectChallenge(await call(await startChallenged({ MCP_MOUNT: 'direct' }), '2025'))
  })

  test('a claims challenge of the API is a tool error with readable text where a stream has begun', async () => {
    const answer = await call(await startChallenged({ MCP_MOUNT: 'sdk' }), '2025')
    expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
    expect(answer.text).toContain('wants the user to sign in again')
  })

  test.each<FailureCode>([
    'mfa_required',
    'access_denied',
    'consent_required',
    'reauthentication_required',
  ])('a claims challenge at the exchange (%s) is HTTP 401, and no tool runs', async (code) => {
    const ran: unknown[] = []
    const server = await startLibraryServer({
      sdk: 'SDK v2',
      tools: [read],
      handlers: { read: (handling) => ran.push(handling) },
      options: {
        client: {
          id: 'mcp-server',
          exchanger: {
            exchange: () => Promise.reject(new OnBehalfOfError(code, { claims: CLAIMS })),
          },
        },
      },
    })
    const { status, challenge, raw } = await call(server, '2026')
    expect([status, ran]).toEqual([401, []])
    expect(challenge).toContain(`error="insufficient_claims"`)
    expect(challenge).toContain(`claims="${ENCODED}"`)
    expect(raw).toContain('sign in again')
  })

  test.each<[string, FailureCode, string]>([
    ['claims that are none', 'mfa_required', '", error="invalid_token'],
    ['a code that no sign-in mends', 'exchange_misconfigured', CLAIMS],
  ])('a claims challenge is none for %s: the failure is the plain one', async (_, code, claims) => {
    const server = await startLibraryServer({
      sdk: 'SDK v2',
      tools: [read],
      handlers: { read: () => 'never' },
      options: {
        client: {
          id: 'mcp-server',
          exchanger: { exchange: () => Promise.reject(new OnBehalfOfError(code, { claims })) },
        },
      },
    })
    const { status, challenge } = await call(server, '2026')
    expect([status, challenge]).toEqual([200, null])
  })
})
