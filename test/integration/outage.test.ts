import { beforeEach, describe, expect, test } from 'vitest'
import { callTool, postMcp, type TestResponse } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { createSigningKey, json } from '../helpers/test-issuer.js'

describe('while the keys of the issuer cannot be had', () => {
  let server: TestServer

  beforeEach(async () => {
    server = await startMcpServer()
  })

  const send = async (token: string): Promise<TestResponse> =>
    postMcp(server.endpoint, callTool('whoami'), { token })

  const expectTryAgain = (response: TestResponse): void => {
    expect(response.status).toBe(503)
    expect(Number(response.get('retry-after'))).toBeGreaterThan(0)
    expect(response.get('www-authenticate')).toBeUndefined()
  }

  test('[RS15] a refused connection is 503 with Retry-After, never 401', async () => {
    const token = await server.mint()
    await server.issuer.close()
    expectTryAgain(await send(token))
  })

  test.each([
    ['500', 500, 'text/plain', 'broken'],
    ['HTML', 200, 'text/html', '<html>maintenance</html>'],
    ['an empty key set', 200, 'application/json', '{"keys":[]}'],
    ['a key set that is none', 200, 'application/json', '{"keys":"none"}'],
    ['a redirect', 302, 'text/plain', ''],
  ])('[RS15] %s from the key server is 503 with Retry-After', async (_, status, type, body) => {
    const token = await server.mint()
    server.issuer.keysResponder = (_req, res) => {
      res.writeHead(status, { 'Content-Type': type, Location: 'http://127.0.0.1:9/' }).end(body)
    }
    expectTryAgain(await send(token))
  })

  test('[RS15] metadata of another issuer is 503, and the log says what to set', async () => {
    const token = await server.mint()
    server.issuer.metadataResponder = (_req, res) => {
      const other = server.issuer.issuer.replace(/\/$/, '')
      json(res, 200, { issuer: other, jwks_uri: `${server.issuer.issuer}jwks` })
    }
    expectTryAgain(await send(token))
    expect(server.log.text()).toContain('differ by a trailing slash only')
  })

  test('200 concurrent first requests cause one key fetch', async () => {
    const token = await server.mint()
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await send(token)).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(server.issuer.requestsTo('/jwks')).toBe(1)
    expect(server.issuer.requestsTo('/.well-known/openid-configuration')).toBe(1)
  })

  test('keys at hand go on serving through the outage', async () => {
    const token = await server.mint()
    expect((await send(token)).status).toBe(200)
    const another = await server.mint({ sub: 'auth0|bob' })
    await server.issuer.close()
    expect((await send(another)).status).toBe(200)
    expect((await send(token)).status).toBe(200)
  })

  test('a key rotated in right after the first fetch is found, the old one stays good, one fetch for both', async () => {
    const old = server.issuer.keys[0]
    const before = await server.mint()
    expect((await send(before)).status).toBe(200)
    const next = await createSigningKey()
    server.issuer.keys = [next, ...(old === undefined ? [] : [old])]
    const after = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        server.issuer.mint(server.audience, { claims: { sub: `auth0|${index}` }, key: next }),
      ),
    )
    const answers = await Promise.all([...after, before].map(send))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(server.issuer.requestsTo('/jwks')).toBe(2)
  })

  test('tokens of a key that was taken away are refused as soon as the keys are known', async () => {
    const withdrawn = await server.mint()
    expect((await send(withdrawn)).status).toBe(200)
    const next = await createSigningKey()
    server.issuer.keys = [next]
    expect((await send(await server.issuer.mint(server.audience, { key: next }))).status).toBe(200)
    expect((await send(withdrawn)).status).toBe(401)
  })

  test('a key made while the key server is away is 503, not a bad token', async () => {
    server.issuer.keysResponder = (_req, res) => res.writeHead(500).end()
    const stranger = await createSigningKey()
    expectTryAgain(await send(await server.issuer.mint(server.audience, { key: stranger })))
  })
})
