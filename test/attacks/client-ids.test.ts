import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp, rpc, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const PREFIX = 'https://chatgpt.com/oauth/'
const LISTED = `${PREFIX}client.json`

/** Ids of clients that somebody else could have, and that some reader might take for a listed one. */
const ALIKE = [
  'https://chatgpt.com.evil.example/oauth/client.json',
  'https://evil-chatgpt.com/oauth/client.json',
  'https://evil.example/https://chatgpt.com/oauth/client.json',
  'https://evil.example/?https://chatgpt.com/oauth/client.json',
  'https://chatgpt.com@evil.example/oauth/client.json',
  'https://chatgpt.com%2foauth%2fclient.json@evil.example/',
  'https://user@chatgpt.com/oauth/client.json',
  'https://chatgpt.com:443/oauth/client.json',
  'https://chatgpt.com:8443/oauth/client.json',
  'https://chatgpt.com./oauth/client.json',
  'https://ChatGPT.com/oauth/client.json',
  'HTTPS://chatgpt.com/oauth/client.json',
  'http://chatgpt.com/oauth/client.json',
  'https://chatgpt.com/OAuth/client.json',
  'https://chatgpt.com/oauth',
  PREFIX,
  'https://chatgpt.com/oauthx/client.json',
  'https://chatgpt.com/oauth.evil/client.json',
  'https://chatgpt.com/share/oauth/client.json',
  'https://chatgpt.com/oauth%2Fclient.json',
  'https://chatgpt.com/oauth%2f../client.json',
  `${PREFIX}../share/client.json`,
  `${PREFIX}%2e%2e/share/client.json`,
  `${PREFIX}.%2e/share/client.json`,
  `${PREFIX}./client.json`,
  `${PREFIX}/client.json`,
  `${PREFIX}a//client.json`,
  `${PREFIX}a%2fclient.json`,
  `${PREFIX}..\\share\\client.json`,
  `${PREFIX}client.json?next=https://evil.example/`,
  `${PREFIX}client.json#x`,
  `${PREFIX}client.json;x`,
  `${PREFIX}cl\tient.json`,
  `${PREFIX}client.json\n`,
  ` ${LISTED}`,
  'https://сhatgpt.com/oauth/client.json',
  'https://xn--hatgpt-rqf.com/oauth/client.json',
  'https:／／chatgpt.com/oauth/client.json',
  'https://chatgpt。com/oauth/client.json',
  'https:\\\\chatgpt.com\\oauth\\client.json',
  'https:chatgpt.com/oauth/client.json',
  'my-client2',
  'My-Client',
  'my-client\u0000',
]

const RIGHTS = ['tool:greet', 'tool:whoami', 'tool:admin', 'read:private']

describe('clients on the list of those for which permissions decide', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({
      environment: { PERMISSION_CLIENTS: `${PREFIX} my-client`, STRUCTURED_DENIALS: 'on' },
    })
  })
  afterAll(() => server.close())

  const tokenOf = (clientId: string, claims: object): Promise<string> =>
    server.mint({ client_id: clientId, azp: clientId, scope: 'openid', ...claims })
  const call = (token: string, tool = 'whoami', extra: object = {}): Promise<TestResponse> =>
    postMcp(server.endpoint, { ...callTool(tool), ...extra }, { token })
  const ran = (response: TestResponse): boolean => {
    if (response.status !== 200) return false
    const { result } = rpcAnswer(response) as { result?: { isError?: boolean } }
    return result !== undefined && result.isError !== true
  }

  test.each(['my-client', LISTED, `${PREFIX}codex/x-1/client.json`])(
    'may do what the permissions of the user allow, and nothing else: %s',
    async (clientId) => {
      const token = await tokenOf(clientId, { permissions: ['tool:whoami'] })
      expect(ran(await call(token))).toBe(true)
      expect(ran(await call(token, 'greet'))).toBe(false)
      const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
      const { tools } = answer['result'] as { tools: { name: string; description: string }[] }
      expect(tools.map(({ name }) => name)).toEqual(['get_datetime', 'whoami'])
      expect(JSON.stringify(tools)).not.toContain('Locked:')
    },
  )

  test.each([
    ['without permissions', {}],
    ['with none', { permissions: [] }],
    ['with none, and every scope', { permissions: [], scope: RIGHTS.join(' ') }],
    ['without the claim, and every scope', { scope: RIGHTS.join(' ') }],
    ['with permissions of another case', { permissions: ['TOOL:WHOAMI'] }],
    ['with a wildcard', { permissions: ['*', 'tool:*'] }],
    ['with a text', { permissions: 'tool:whoami' }],
    ['with an object', { permissions: { 'tool:whoami': true } }],
    ['in __proto__', JSON.parse('{"__proto__":{"permissions":["tool:whoami"]}}') as object],
    ['of a machine', { permissions: RIGHTS, sub: 'my-client@clients', gty: 'client-credentials' }],
  ])('may do nothing that needs a scope %s', async (_, claims) => {
    for (const clientId of ['my-client', LISTED]) {
      expect(ran(await call(await tokenOf(clientId, claims)))).toBe(false)
    }
    expect(server.issuer.tokenRequests).toHaveLength(0)
  })

  test.each(ALIKE)('are no others, whatever they are called: %j', async (clientId) => {
    const response = await call(await tokenOf(clientId, { permissions: RIGHTS }))
    expect([401, 403]).toContain(response.status)
    expect(response.text).not.toContain('www_authenticate')
  })

  test('are known by their verified token, and by nothing that a request says', async () => {
    const token = await tokenOf('another', { permissions: RIGHTS })
    const params = {
      ...{ name: 'whoami', arguments: {} },
      ...{ client_id: 'my-client', _meta: { client_id: LISTED, clientId: 'my-client' } },
    }
    const response = await postMcp(
      server.endpoint,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params, client_id: LISTED },
      { token, headers: { 'User-Agent': 'openai-mcp', 'X-Client-Id': LISTED } },
    )
    expect(response.status).toBe(403)
  })

  test('get no more by a forged token that names them', async () => {
    const [head, body, signature] = (
      await tokenOf('another', { permissions: RIGHTS, scope: RIGHTS.join(' ') })
    ).split('.')
    const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()) as object
    const forged = Buffer.from(JSON.stringify({ ...claims, client_id: LISTED })).toString(
      'base64url',
    )
    const response = await call([head, forged, signature].join('.'))
    expect([response.status, response.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ])
  })
})

describe('what a result tells a client', () => {
  const EVIL = 'tool:x"\r\nSet-Cookie: a=b\r\n, Bearer realm="evil'

  test('has a challenge of one line in the form of a header, and nothing of the token', async () => {
    const server = await startMcpServer({ environment: { STRUCTURED_DENIALS: 'on' } })
    const token = await server.mint({
      ...{ client_id: LISTED, azp: LISTED, scope: `openid ${EVIL}`, name: EVIL, email: EVIL },
      secret: 'hunter2-of-the-token',
    })
    const { text } = await postMcp(server.endpoint, callTool('greet'), { token })
    const { result } = rpcAnswer({ text }) as { result: { _meta: Record<string, unknown> } }
    expect(Object.keys(result._meta)).toEqual([
      'mcp/www_authenticate',
      'io.modelcontextprotocol/authorization',
    ])
    const [challenge] = result._meta['mcp/www_authenticate'] as [string]
    expect(challenge).toMatch(/^Bearer (?:[a-z_]+="[\x20-\x21\x23-\x5B\x5D-\x7E]*"(?:, |$))+$/)
    expect(challenge).not.toMatch(/realm|Set-Cookie/)
    for (const secret of [token, ...token.split('.'), 'hunter2', server.issuer.issuer]) {
      expect(text).not.toContain(secret)
    }
    await server.close()
  })
})
