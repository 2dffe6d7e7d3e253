import express from 'express'
import {
  authContextOf,
  authenticatedRequest,
  onBehalfOf,
  Secret,
  type OnBehalfOfOptions,
} from 'mcp-on-behalf-of'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const ENDPOINT = new URL('https://mcp.example/mcp')
const METADATA = '/.well-known/oauth-protected-resource/mcp'

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await TestIssuer.start()
})

afterAll(() => issuer.close())

/** Somebody's app around an endpoint that tells the scopes of its caller. */
function appWith(options: Partial<OnBehalfOfOptions>) {
  const log = new RecordingLog()
  const { metadata, protect } = onBehalfOf({
    endpoint: ENDPOINT,
    issuer: issuer.issuer,
    client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
    apis: {},
    tools: [{ name: 'greet', requiredScopes: ['tool:greet'] }],
    baselineScopes: ['tool:greet'],
    log,
    ...options,
  })
  const app = express()
  app.use(metadata)
  app.all('/mcp', protect, (req, res) => {
    res.json(authContextOf(authenticatedRequest(req).auth).caller.scopes)
  })
  const call = async (claims: Readonly<Record<string, unknown>> = {}) => {
    const token = await issuer.mint(ENDPOINT.href, { claims: { scope: 'tool:greet', ...claims } })
    const body = {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'greet', arguments: {} },
    }
    return request(app)
      .post('/mcp')
      .set('Host', ENDPOINT.host)
      .set('Authorization', `Bearer ${token}`)
      .send(body)
  }
  const document = async (): Promise<unknown> =>
    (await request(app).get(METADATA).set('Host', ENDPOINT.host)).body
  return { call, document, log }
}

test('[case 12] tokenAudience of onBehalfOf is what tokens are for, resource what clients ask for', async () => {
  const { call, document, log } = appWith({ tokenAudience: 'guid' })
  expect((await call({ aud: 'guid' })).status).toBe(200)
  expect((await call()).status).toBe(401)
  expect(await document()).toMatchObject({ resource: ENDPOINT.href })
  expect(log.named('resource_unfit')).toEqual([])
})

test('[case 12] a resource that clients refuse is logged by onBehalfOf when it is called', () => {
  const { log } = appWith({ resource: 'api://1111-2222' })
  expect(log.named('resource_unfit')).toHaveLength(1)
})

test('[case 9] [case 10] toleratedAudiences and the client id of onBehalfOf may stand beside ours', async () => {
  const { call } = appWith({ toleratedAudiences: ['account'] })
  expect((await call({ aud: [ENDPOINT.href, 'account', 'mcp-server'] })).status).toBe(200)
  expect((await call({ aud: [ENDPOINT.href, 'other'] })).status).toBe(401)
})

test('[case 4] scopePrefix of onBehalfOf stands in metadata and challenges, and a token passes with and without', async () => {
  const { call, document } = appWith({ callerPolicy: { scopePrefix: 'api://id/' } })
  expect(await document()).toMatchObject({ scopes_supported: ['api://id/tool:greet'] })
  expect((await call({ scope: 'api://id/tool:greet' })).body).toEqual(['tool:greet'])
  expect((await call()).status).toBe(200)
  const refused = await call({ scope: 'openid' })
  expect(refused.status).toBe(403)
  expect(refused.headers['www-authenticate']).toContain('scope="api://id/tool:greet openid"')
})

test('[case 5] scopeClaim of onBehalfOf takes the place of scope, and offers no step-up unless access says so', async () => {
  const assigned = appWith({ callerPolicy: { scopeClaim: 'tools' } })
  expect((await assigned.call({ tools: ['tool:greet'], scope: 'openid' })).status).toBe(200)
  const refused = await assigned.call()
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([403, undefined])
  const asked = appWith({
    callerPolicy: { scopeClaim: 'tools' },
    access: { stepUpScopes: 'required' },
  })
  expect((await asked.call()).headers['www-authenticate']).toContain('insufficient_scope')
})

test('[S6] onBehalfOf refuses malformed permissions, and ignores them where scope alone decides', async () => {
  expect((await appWith({}).call({ permissions: 'tool:greet' })).status).toBe(401)
  const ignoring = appWith({ access: { authorizationClaims: 'scope' } })
  expect((await ignoring.call({ permissions: 'tool:greet' })).status).toBe(200)
})

test('[S7] isMachine and userClaim of onBehalfOf refuse a token', async () => {
  const predicate = appWith({ callerPolicy: { isMachine: ({ kind }) => kind === 'robot' } })
  expect((await predicate.call()).status).toBe(200)
  expect((await predicate.call({ kind: 'robot' })).status).toBe(401)
  const claim = appWith({ callerPolicy: { userClaim: 'email' } })
  expect((await claim.call()).status).toBe(401)
  expect((await claim.call({ email: 'alice@example.com' })).status).toBe(200)
})

test('[case 30] clockToleranceSeconds of onBehalfOf lets a clock be ahead', async () => {
  const nbf = Math.floor(Date.now() / 1_000) + 30
  expect((await appWith({ clockToleranceSeconds: 60 }).call({ nbf })).status).toBe(200)
  expect((await appWith({}).call({ nbf })).status).toBe(401)
})
