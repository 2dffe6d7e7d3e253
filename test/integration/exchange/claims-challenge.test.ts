import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Environment } from '../../../src/config/config.js'
import { downstreamOf } from '../../../src/downstream/downstream-access.js'
import type { ExchangedToken, TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import { OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { API_AUDIENCE, CLIENT_ID } from '../../helpers/exchange-answers.js'
import { exchangedOf } from '../../helpers/exchange-requests.js'
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

function signIn(server: TestServer): Promise<string> {
  return mintSubject(server, { scope: 'tool:read', jti: randomUUID() })
}

async function call(
  server: TestServer,
  client: '2025' | '2026',
  signedIn?: string,
): Promise<ToolAnswer> {
  const token = signedIn ?? (await signIn(server))
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

  test('a client that ignores the claims of the API gets a tool error that a person can read, with its fourth token', async () => {
    const server = await startChallenged()
    const first = await signIn(server)
    for (const token of [first, first, await signIn(server), await signIn(server)]) {
      expectChallenge(await call(server, '2026', token))
    }
    const { status, isError, text, challenge } = await call(server, '2026')
    expect({ status, isError, challenge }).toEqual({ status: 200, isError: true, challenge: null })
    expect(text).toContain('Signing in again with this client does not help.')
    expect(server.log.named('tool_failed').at(-1)?.fields).toMatchObject({
      ...{ code: 'access_denied', reason: 'claims_ignored' },
      hint: expect.stringContaining('without the claims') as unknown,
    })
  })

  test('a client that ignores the claims of the exchange gets a tool error that a person can read, until an exchange succeeds', async () => {
    let wanted: string | undefined = CLAIMS
    const exchange = async ({ caller }: TokenExchangeRequest): Promise<ExchangedToken> => {
      if (wanted !== undefined) throw new OnBehalfOfError('access_denied', { claims: wanted })
      const claims = { sub: caller.subject, scope: 'read:private', client_id: CLIENT_ID }
      return exchangedOf(await server.issuer.mint(API_AUDIENCE, { claims }))
    }
    const server = await startLibraryServer({
      ...{
        sdk: 'SDK v2',
        tools: [read],
        handlers: { read: ({ context }) => typeof downstreamOf(context, 'read') },
      },
      options: { client: { id: CLIENT_ID, exchanger: { exchange } } },
    })
    for (let time = 0; time < 3; time += 1) expectChallenge(await call(server, '2026'))
    const answer = await call(server, '2026')
    expect([answer.status, answer.challenge, answer.isError]).toEqual([200, null, true])
    expect(answer.text).toContain('Signing in again with this client does not help.')
    wanted = undefined
    expect((await call(server, '2026')).text).toBe('"object"')
    wanted = CLAIMS
    expectChallenge(await call(server, '2026'))
  })
})
