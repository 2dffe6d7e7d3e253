import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

describe('[case 31] the endpoint', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer()
    token = await server.mint()
  })

  afterAll(() => server.close())

  /** Sends these headers alone, as clients do that set few. */
  const send = ({ method = 'POST', path = '/mcp', headers = {} }: Sent) =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>(
      (resolve, reject) => {
        const sent = httpRequest(`${server.origin}${path}`, { method, headers }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          answer.on('end', () => {
            resolve({ status: answer.statusCode, headers: answer.headers, text })
          })
        })
        sent.on('error', reject)
        sent.end(method === 'POST' ? JSON.stringify(callTool('whoami')) : undefined)
      },
    )
  const signedIn = (headers: Readonly<Record<string, string>> = {}) => ({
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    ...headers,
  })

  test.each<Readonly<Record<string, string>>>([
    {},
    { Accept: 'text/event-stream' },
    { Accept: 'application/json' },
    { Accept: '*/*' },
    { Accept: 'text/html' },
    { Accept: '*/*;q=0' },
    { Accept: 'nonsense' },
  ])('challenges a client without a token in JSON, whatever it accepts: %j', async (accept) => {
    for (const method of ['POST', 'GET', 'DELETE']) {
      const headers = { 'Content-Type': 'application/json', ...accept }
      const answer = await send({ method, headers })
      expect([method, answer.status]).toEqual([method, 401])
      expect(answer.headers['www-authenticate']).toContain('resource_metadata=')
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(JSON.parse(answer.text)).toMatchObject({ error: 'unauthorized' })
    }
  })

  test.each<Readonly<Record<string, string>>>([
    { Accept: 'text/event-stream' },
    { Accept: 'application/json' },
    { Accept: '*/*' },
    {},
  ])('refuses a bad token in JSON, whatever the client accepts: %j', async (accept) => {
    const headers = { ...signedIn(accept), Authorization: 'Bearer x' }
    const answer = await send({ headers })
    expect([answer.status, answer.headers['content-type']]).toEqual([
      401,
      'application/json; charset=utf-8',
    ])
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset=UTF8',
    'application/json; charset="utf-8"',
    'application/json ; charset=utf-8',
    'application/json;',
    'application/json; profile=x; charset=utf-8',
  ])('takes a body of the type %s', async (type) => {
    const answer = await send({ headers: signedIn({ 'Content-Type': type }) })
    expect([type, answer.status]).toEqual([type, 200])
    expect(answer.text).toContain('auth0|alice')
  })

  test.each([
    'text/plain',
    'application/jsonp',
    'application/x-ndjson',
    'multipart/form-data; boundary=x',
  ])('refuses a body of the type %s, and says so', async (type) => {
    const answer = await send({ headers: signedIn({ 'Content-Type': type }) })
    expect([type, answer.status]).toEqual([type, 415])
  })

  test.each(['/mcp/', '/mcp?', '/mcp?x=1', '/mcp/?x=1'])('is the same at %s', async (path) => {
    expect((await send({ path, headers: signedIn() })).status).toBe(200)
    const challenged = await send({ path, headers: { 'Content-Type': 'application/json' } })
    expect(challenged.status).toBe(401)
    expect(challenged.headers['www-authenticate']).toContain(
      `${server.origin}/.well-known/oauth-protected-resource/mcp`,
    )
  })

  test.each(['GET', 'HEAD', 'DELETE'])(
    'says to %s that it has no stream and no session, once a token is there',
    async (method) => {
      const headers = { ...signedIn(), Accept: 'text/event-stream' }
      const answer = await send({ method, headers })
      expect([method, answer.status, answer.headers.allow !== undefined]).toEqual([
        ...[method, 405, true],
      ])
      expect((await send({ method })).status).toBe(401)
    },
  )
})
