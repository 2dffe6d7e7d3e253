import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callTool, openMcpDoor, postMcp, type McpDoor } from '../helpers/mcp-door.js'
import { createSigningKey, json, TestIssuer } from '../helpers/test-issuer.js'

describe('while the keys of the issuer cannot be had', () => {
  let issuer: TestIssuer
  let door: McpDoor

  beforeEach(async () => {
    issuer = await TestIssuer.start()
    door = await openMcpDoor({ issuer: issuer.issuer })
  })

  afterEach(async () => {
    await Promise.all([door.close(), issuer.close()])
  })

  const knock = async (token: string): Promise<Response> =>
    postMcp(door.endpoint, callTool('whoami'), { token })

  const expectTryAgain = (response: Response): void => {
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(response.headers.get('www-authenticate')).toBeNull()
  }

  test('[RS15] a refused connection is 503 with Retry-After, never 401', async () => {
    const token = await issuer.mint(door.audience)
    await issuer.close()
    expectTryAgain(await knock(token))
  })

  test.each([
    ['500', 500, 'text/plain', 'broken'],
    ['HTML', 200, 'text/html', '<html>maintenance</html>'],
    ['an empty key set', 200, 'application/json', '{"keys":[]}'],
    ['a key set that is none', 200, 'application/json', '{"keys":"none"}'],
    ['a redirect', 302, 'text/plain', ''],
  ])('[RS15] %s from the key server is 503 with Retry-After', async (_, status, type, body) => {
    const token = await issuer.mint(door.audience)
    issuer.keysResponder = (_req, res) => {
      res.writeHead(status, { 'Content-Type': type, Location: 'http://127.0.0.1:9/' }).end(body)
    }
    expectTryAgain(await knock(token))
  })

  test('[RS15] metadata of another issuer is 503, and the log says what to set', async () => {
    const token = await issuer.mint(door.audience)
    issuer.metadataResponder = (_req, res) => {
      const other = issuer.issuer.replace(/\/$/, '')
      json(res, 200, { issuer: other, jwks_uri: `${issuer.issuer}jwks` })
    }
    expectTryAgain(await knock(token))
    expect(door.log.text()).toContain('differ by a trailing slash only')
  })

  test('200 concurrent first requests cause one key fetch', async () => {
    const token = await issuer.mint(door.audience)
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await knock(token)).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(issuer.requestsTo('/jwks')).toBe(1)
    expect(issuer.requestsTo('/.well-known/openid-configuration')).toBe(1)
  })

  test('keys at hand go on serving through the outage', async () => {
    const token = await issuer.mint(door.audience)
    expect((await knock(token)).status).toBe(200)
    const another = await issuer.mint(door.audience, { claims: { sub: 'auth0|bob' } })
    await issuer.close()
    expect((await knock(another)).status).toBe(200)
    expect((await knock(token)).status).toBe(200)
  })

  test('a key rotated in right after the first fetch is found, the old one stays good, one fetch for both', async () => {
    const old = issuer.keys[0]
    const before = await issuer.mint(door.audience)
    expect((await knock(before)).status).toBe(200)
    const next = await createSigningKey()
    issuer.keys = [next, ...(old === undefined ? [] : [old])]
    const after = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        issuer.mint(door.audience, { claims: { sub: `auth0|${index}` }, key: next }),
      ),
    )
    const answers = await Promise.all([...after, before].map(knock))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(issuer.requestsTo('/jwks')).toBe(2)
  })

  test('tokens of a key that was taken away are refused as soon as the keys are known', async () => {
    const withdrawn = await issuer.mint(door.audience)
    expect((await knock(withdrawn)).status).toBe(200)
    const next = await createSigningKey()
    issuer.keys = [next]
    expect((await knock(await issuer.mint(door.audience, { key: next }))).status).toBe(200)
    expect((await knock(withdrawn)).status).toBe(401)
  })

  test('a key made while the key server is away is 503, not a bad token', async () => {
    issuer.keysResponder = (_req, res) => res.writeHead(500).end()
    const stranger = await createSigningKey()
    expectTryAgain(await knock(await issuer.mint(door.audience, { key: stranger })))
  })
})
