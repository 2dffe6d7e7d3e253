import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Environment } from '../../src/config/config.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { callTool, postMcp, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { mintSubject } from '../helpers/tool-answer.js'
import { modern } from '../helpers/wire.js'

const CHATGPT = 'https://chatgpt.com/oauth/client.json'
const CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const WANTS_CLAIMS = `Bearer error="insufficient_claims", claims="${Buffer.from(CLAIMS).toString('base64')}"`

/** Needs an API that can be made to refuse, and a scope of this server that stands for the API's. */
const read = defineTool({
  ...{ name: 'read', title: 'read', description: 'read' },
  inputSchema: z.strictObject({}),
  outputSchema: z.object({ msg: z.string() }),
  requiredScopes: ['tool:read'],
  downstream: { api: 'api', scopes: ['read:private'], stepUp: ['tool:more'] },
  toText: ({ msg }) => msg,
  handler: (_input, { downstream }) =>
    downstream.json('/things', { schema: z.object({ msg: z.string() }) }),
})

const start = (environment: Environment = {}): Promise<TestServer> =>
  startMcpServer({
    tools: [read],
    environment: { MCP_BASELINE_SCOPES: 'tool:read', ...environment },
  })

const tokenOf = (server: TestServer, clientId: string, claims: object = {}): Promise<string> =>
  mintSubject(server, { client_id: clientId, azp: clientId, scope: 'openid', ...claims })

interface Result {
  readonly isError?: boolean
  readonly content: readonly { readonly text: string }[]
  readonly _meta?: Readonly<Record<string, unknown>>
}

function resultOf(response: TestResponse): Result {
  expect([response.status, response.get('www-authenticate')]).toEqual([200, undefined])
  return rpcAnswer(response)['result'] as Result
}

/** The challenges that a client finds in a result. */
function challengesIn(response: TestResponse): unknown {
  const { isError, _meta } = resultOf(response)
  expect(isError).toBe(true)
  return _meta?.['mcp/www_authenticate']
}

const call = (server: TestServer, token: string, message = callTool('read')) =>
  postMcp(server.endpoint, message, { token })

const refusals = ({ log }: TestServer) =>
  log.named('request_refused').map(({ fields: { code, reason, form } }) => [code, reason, form])

describe('a refused call of a client that acts on results', () => {
  test('is a result with the challenge that any other client finds in the header, and one log line of the same code', async () => {
    const server = await start()
    const result = await call(server, await tokenOf(server, CHATGPT))
    const http = await call(server, await tokenOf(server, 'another-client'))
    expect(http.status).toBe(403)
    expect(challengesIn(result)).toEqual([http.get('www-authenticate')])
    expect(resultOf(result).content[0]?.text).toContain('This tool needs the scope tool:read.')
    expect(result.get('cache-control')).toBe('no-store')
    expect(refusals(server)).toEqual([
      ['insufficient_scope', 'tool_scope_missing', 'result'],
      ['insufficient_scope', 'tool_scope_missing', 'http'],
    ])
    const [first, second] = server.audit.records.map(
      ({ outcome, reason, decision, missingScopes }) => [outcome, reason, decision, missingScopes],
    )
    expect(first).toEqual(['insufficient_scope', 'tool_scope_missing', 'step_up', ['tool:read']])
    expect(second).toEqual(first)
    expect(server.issuer.tokenRequests).toHaveLength(0)
  })

  test('has the id of its message, as text and as number', async () => {
    const server = await start()
    const token = await tokenOf(server, CHATGPT)
    for (const id of ['a "quoted" id', 0, -7]) {
      const message = { ...callTool('read'), id }
      expect(rpcAnswer(await call(server, token, message))['id']).toBe(id)
    }
  })

  test('of 2026 is a complete result', async () => {
    const server = await start()
    const token = await tokenOf(server, CHATGPT)
    const { message, headers } = modern('tools/call', { name: 'read', arguments: {} })
    const response = await postMcp(server.endpoint, message, { token, headers })
    expect(rpcAnswer(response)['result']).toMatchObject({ resultType: 'complete', isError: true })
    const earlier = await call(server, token)
    expect(rpcAnswer(earlier)['result']).not.toHaveProperty('resultType')
  })

  test.each([
    ['application/json', 'application/json'],
    ['application/json, text/event-stream', 'application/json'],
    ['*/*', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
  ])('is answered to Accept: %s in the form %s', async (accept, type) => {
    const server = await start()
    const token = await tokenOf(server, CHATGPT)
    const response = await postMcp(server.endpoint, callTool('read'), {
      token,
      headers: { Accept: accept },
    })
    expect(response.get('content-type')).toContain(type)
    expect(response.text.startsWith('event: message\ndata: ')).toBe(type === 'text/event-stream')
    expect(challengesIn(response)).toHaveLength(1)
  })

  test('for want of a permission is a result without a challenge', async () => {
    const server = await start()
    const rights = { scope: 'tool:read', permissions: ['other'] }
    const result = await call(server, await tokenOf(server, CHATGPT, rights))
    expect(resultOf(result)).toEqual({
      isError: true,
      content: [{ type: 'text', text: expect.stringContaining('permission tool:read') as string }],
    })
    expect((await call(server, await tokenOf(server, 'another', rights))).status).toBe(403)
  })

  test('stays an HTTP error in a batch, without an id, and where its message is no call', async () => {
    const server = await start()
    const token = await tokenOf(server, CHATGPT)
    const message = callTool('read')
    const withoutId = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'read' } }
    for (const sent of [[message], [message, callTool('read')], withoutId]) {
      const response = await postMcp(server.endpoint, sent, { token })
      expect(response.status).toBe(403)
      expect(response.get('www-authenticate')).toContain('insufficient_scope')
    }
  })

  test('is HTTP 401 where the token is not valid: nobody has said who the client is', async () => {
    const server = await start()
    const exp = Math.floor(Date.now() / 1_000) - 600
    for (const claims of [{ exp }, { aud: 'https://elsewhere.example/' }]) {
      const response = await call(server, await tokenOf(server, CHATGPT, claims))
      expect([response.status, response.body]).toMatchObject([401, {}])
      expect(response.get('www-authenticate')).toContain('invalid_token')
    }
    expect((await postMcp(server.endpoint, callTool('read'))).status).toBe(401)
  })

  test('tells of a loop as any other', async () => {
    const server = await start()
    for (const jti of ['1', '2', '3']) await call(server, await tokenOf(server, CHATGPT, { jti }))
    expect(server.log.named('step_up_loop').map(({ fields }) => fields['times'])).toEqual([1, 2])
  })
})

const MOUNTS = [
  ['in JSON', { MCP_MOUNT: 'direct' }, 'application/json'],
  ['in a stream', { MCP_MOUNT: 'direct' }, 'application/json, text/event-stream'],
  ['by the mount of the SDK', { MCP_MOUNT: 'sdk' }, 'application/json, text/event-stream'],
  ['in a session', { MCP_SESSIONS: 'on' }, 'application/json, text/event-stream'],
] as const

describe('a challenge that comes up while the tool of such a client runs', () => {
  /** Posts a call, within a session where there are any. */
  async function called(server: TestServer, accept: string, environment: Environment) {
    const token = await tokenOf(server, CHATGPT, { scope: 'tool:read' })
    return environment['MCP_SESSIONS'] === 'on'
      ? server.within(await server.openSession(token), token, callTool('read'))
      : postMcp(server.endpoint, callTool('read'), { token, headers: { Accept: accept } })
  }

  test.each(MOUNTS)('%s, for other claims, is in the result', async (_, environment, accept) => {
    const server = await start(environment)
    server.api.responder = (_req, res) =>
      res.writeHead(401, { 'WWW-Authenticate': WANTS_CLAIMS }).end()
    expect(challengesIn(await called(server, accept, environment))).toEqual([
      expect.stringMatching(/^Bearer error="insufficient_claims".* claims="[\w+/=]+"$/),
    ])
    expect(refusals(server)).toEqual([['reauthentication_required', 'claims_challenge', 'result']])
  })

  test.each(MOUNTS)('%s, for more scope, is in the result', async (_, environment, accept) => {
    const server = await start(environment)
    server.api.responder = (_req, res) =>
      res.writeHead(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }).end()
    expect(challengesIn(await called(server, accept, environment))).toEqual([
      expect.stringContaining('scope="tool:read tool:more"') as string,
    ])
    expect(refusals(server)).toEqual([['insufficient_scope', 'downstream_scope_denied', 'result']])
  })

  test('at the exchange, where the sign-in has ended, is in the result', async () => {
    const server = await start()
    server.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'invalid_grant' }, 400)
    }
    const token = await tokenOf(server, CHATGPT, { scope: 'tool:read' })
    expect(challengesIn(await call(server, token))).toEqual([
      expect.stringContaining('error="invalid_token"') as string,
    ])
  })
})

describe('CHALLENGE_RESULT_CLIENTS', () => {
  test('replaces the default, and none empties it', async () => {
    const own = await start({ CHALLENGE_RESULT_CLIENTS: 'a-client' })
    expect(challengesIn(await call(own, await tokenOf(own, 'a-client')))).toHaveLength(1)
    expect((await call(own, await tokenOf(own, CHATGPT))).status).toBe(403)
    const none = await start({ CHALLENGE_RESULT_CLIENTS: 'none' })
    expect((await call(none, await tokenOf(none, CHATGPT))).status).toBe(403)
  })
})

describe('STRUCTURED_DENIALS', () => {
  const denialIn = (response: TestResponse): unknown =>
    resultOf(response)._meta?.['io.modelcontextprotocol/authorization']

  test('says to a client that acts on results whether more scope helps', async () => {
    const server = await start({ STRUCTURED_DENIALS: 'on' })
    const reason = 'insufficient_authorization'
    const lacking = await call(server, await tokenOf(server, CHATGPT))
    expect(denialIn(lacking)).toEqual({ reason, remediation: 'available' })
    expect(challengesIn(lacking)).toHaveLength(1)
  })

  test('says to every client that nothing helps against a missing permission, with the log line and the record of a refusal', async () => {
    const server = await start({ STRUCTURED_DENIALS: 'on' })
    const rights = { scope: 'tool:read', permissions: ['other'] }
    for (const client of [CHATGPT, 'another']) {
      const response = await call(server, await tokenOf(server, client, rights))
      const remediation = 'unavailable'
      expect(denialIn(response)).toEqual({ reason: 'insufficient_authorization', remediation })
    }
    expect(refusals(server)).toEqual(
      Array(2).fill(['permission_denied', 'permission_missing', 'result']),
    )
    expect(server.audit.records.map(({ outcome, decision }) => [outcome, decision])).toEqual(
      Array(2).fill(['permission_denied', 'never']),
    )
  })

  test('leaves the challenges of other clients, and what a tool has begun, as they are', async () => {
    const server = await start({ STRUCTURED_DENIALS: 'on' })
    expect((await call(server, await tokenOf(server, 'another'))).status).toBe(403)
    server.api.responder = (_req, res) =>
      res.writeHead(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }).end()
    const begun = await call(server, await tokenOf(server, CHATGPT, { scope: 'tool:read' }))
    expect([challengesIn(begun), denialIn(begun)]).toEqual([[expect.any(String)], undefined])
  })
})

describe('in front of a server of somebody else', () => {
  test.each(['SDK v1', 'SDK v2'] as const)(
    'such a client gets its refusals as results, too: %s',
    async (sdk) => {
      const ran: unknown[] = []
      const client = {
        id: 'mcp-server',
        exchanger: {
          exchange: () => Promise.reject(new OnBehalfOfError('mfa_required', { claims: CLAIMS })),
        },
      }
      const handlers = { read: (handling: unknown) => ran.push(handling) }
      const server = await startLibraryServer({ sdk, tools: [read], handlers, options: { client } })
      const refused = await call(server, await tokenOf(server, CHATGPT))
      expect(challengesIn(refused)).toEqual([expect.stringContaining('insufficient_scope')])
      const scope = 'tool:read'
      const challenged = await call(server, await tokenOf(server, CHATGPT, { scope }))
      expect(challengesIn(challenged)).toEqual([expect.stringContaining('insufficient_claims')])
      expect((await call(server, await tokenOf(server, 'other', { scope }))).status).toBe(401)
      expect(ran).toEqual([])
    },
  )

  test('challengeResultClients: [] gives HTTP errors to all', async () => {
    const server = await startLibraryServer({
      ...{ sdk: 'SDK v2', tools: [read], handlers: {} },
      options: { challengeResultClients: [] },
    })
    expect((await call(server, await tokenOf(server, CHATGPT))).status).toBe(403)
  })
})
