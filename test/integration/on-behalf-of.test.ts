import express, { type ErrorRequestHandler, type Express } from 'express'
import {
  authContextOf,
  authenticatedRequest,
  onBehalfOf,
  Secret,
  type OnBehalfOfOptions,
} from 'mcp-on-behalf-of'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const ENDPOINT = new URL('https://mcp.example/mcp')
const METADATA = 'https://mcp.example/.well-known/oauth-protected-resource/mcp'
const HOST = 'mcp.example'

const API = { audience: 'https://api.example/', baseUrl: new URL('https://api.example') }

const GREET = {
  name: 'greet',
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  readonly text: string
}

let issuer: TestIssuer

let log: RecordingLog

beforeAll(async () => {
  issuer = await TestIssuer.start()
})

afterAll(() => issuer.close())

const guard = (change: Partial<OnBehalfOfOptions> = {}) => {
  log = new RecordingLog()
  return onBehalfOf({
    endpoint: ENDPOINT,
    issuer: issuer.issuer,
    client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
    apis: { api: API },
    tools: [{ name: 'admin', requiredScopes: ['tool:admin'] }, GREET],
    baselineScopes: ['tool:greet'],
    log,
    ...change,
  })
}

/** The app of somebody else: routes and an error handler of its own, an endpoint that tells who called. */
const appWith = (
  { metadata, protect, errors }: ReturnType<typeof guard>,
  prepare: (app: Express) => void = () => undefined,
): Express => {
  const app = express()
  prepare(app)
  app.use(metadata)
  app.all('/mcp', protect, (req, res) => {
    const { auth, body } = authenticatedRequest(req)
    if ((body as { method?: string } | undefined)?.method === 'fail') {
      throw new Error('an internal of the handler')
    }
    res.json({ sub: authContextOf(auth).caller.subject, body })
  })
  app.get('/own', () => {
    throw new Error('own route')
  })
  app.use(errors)
  const own: ErrorRequestHandler = (error: Error, _req, res, next) => {
    if (res.headersSent) next(error)
    else res.status(418).json({ own: error.message })
  }
  app.use(own)
  return app
}

const post = async (app: Express, body: object, token?: string): Promise<Answer> => {
  const sent = request(app).post('/mcp').set('Host', HOST)
  return token === undefined
    ? sent.send(body)
    : sent.set('Authorization', `Bearer ${token}`).send(body)
}

const call = (name: string): object => ({
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name, arguments: {} },
})

describe('requests to an MCP endpoint behind onBehalfOf', () => {
  test('an app with onBehalfOf around its MCP endpoint lets a good token through, with req.auth and a parsed body', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const { status, body } = await post(appWith(guard()), { method: 'ping' }, token)
    expect(status).toBe(200)
    expect(body).toEqual({ sub: 'auth0|alice', body: { method: 'ping' } })
  })

  test('an app with onBehalfOf around its MCP endpoint serves the metadata at both addresses, to browsers of this origin too', async () => {
    const app = appWith(guard())
    for (const path of [
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
    ]) {
      const answer = await request(app).get(path).set('Host', HOST).expect(200)
      expect(answer.body).toMatchObject({
        resource: ENDPOINT.href,
        authorization_servers: [issuer.issuer],
        scopes_supported: ['tool:greet'],
      })
      const preflight = await request(app)
        .options(path)
        .set({ Host: HOST, Origin: 'https://mcp.example' })
        .set('Access-Control-Request-Method', 'GET')
        .set('Access-Control-Request-Headers', 'mcp-protocol-version')
        .expect(204)
      expect(preflight.headers['access-control-allow-headers']).toBe('mcp-protocol-version')
    }
  })

  test('protect answers with the challenge, and with the headers of the standalone server', async () => {
    const { status, headers } = await post(appWith(guard()), call('greet'))
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe(
      `Bearer scope="tool:greet", resource_metadata="${METADATA}"`,
    )
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-powered-by']).toBeUndefined()
  })

  test('protect answers a step-up with the challenge before the handler runs', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const { status, headers } = await post(appWith(guard()), call('admin'), token)
    expect(status).toBe(403)
    expect(headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_scope".* scope="tool:admin/,
    )
  })

  test.each(['in front', 'nowhere'])(
    'an app with onBehalfOf around its MCP endpoint refuses with the same challenge where errors is mounted %s',
    async (place) => {
      const { protect, errors } = guard()
      const app = express()
      if (place === 'in front') app.use(errors)
      app.all('/mcp', protect, (_req, res) => {
        res.json({ reached: true })
      })
      const { status, headers, body } = await post(app, call('greet'))
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toContain(METADATA)
      expect(body).not.toHaveProperty('reached')
    },
  )
})

describe('bodies in front of an MCP endpoint behind onBehalfOf', () => {
  test('an app that parses JSON itself, in front, is served and held to the same decisions', async () => {
    const app = appWith(guard(), (own) => own.use(express.json(), express.text({ type: '*/*' })))
    const token = await issuer.mint(ENDPOINT.href)
    expect((await post(app, { method: 'ping' }, token)).status).toBe(200)
    expect((await post(app, call('admin'), token)).status).toBe(403)
    expect((await post(app, { access_token: 'x' }, token)).status).toBe(400)
  })

  test('a call that our parser does not read never reaches a handler that might read it', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const answer = await request(appWith(guard()))
      .post('/mcp')
      .set({ Host: HOST, Authorization: `Bearer ${token}` })
      .type('text/plain; a=application/json')
      .send(JSON.stringify(call('admin')))
    expect(answer.status).toBe(415)
  })

  test('a form never reaches a handler that might read it', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const answer = await request(appWith(guard()))
      .post('/mcp')
      .set({ Host: HOST, Authorization: `Bearer ${token}` })
      .type('form')
      .send({ method: 'tools/call' })
    expect(answer.status).toBe(415)
  })

  test.each([
    ['text', express.text({ type: '*/*' })],
    ['bytes', express.raw({ type: '*/*' })],
  ])(
    'a call that a parser in front has left as %s never reaches a handler that might read it',
    async (_, parser) => {
      const token = await issuer.mint(ENDPOINT.href)
      const app = appWith(guard(), (prepared) => prepared.use(parser))
      const answer = await post(app, call('admin'), token)
      expect(answer.status).toBe(500)
      expect(log.named('request_refused').at(-1)?.fields).toMatchObject({
        code: 'misconfigured',
        reason: 'body_not_parsed',
      })
    },
  )
})

describe('an app around onBehalfOf', () => {
  test('errors of other routes go to the app’s own handler, those of the endpoint do not', async () => {
    const app = appWith(guard())
    const own = await request(app).get('/own').set('Host', HOST)
    expect([own.status, own.body]).toEqual([418, { own: 'own route' }])
    const failed = await post(app, { method: 'fail' }, await issuer.mint(ENDPOINT.href))
    expect(failed.status).toBe(500)
    expect(failed.body).toMatchObject({ error: { code: -32603, data: { code: 'internal_error' } } })
    expect(failed.text).not.toContain('an internal of the handler')
  })

  test('an app with onBehalfOf around its MCP endpoint leaves other routes alone: no header, no limit, no Host of theirs is looked at', async () => {
    const { headers } = await request(appWith(guard())).get('/own').set('Host', 'other.example')
    expect(headers).not.toHaveProperty('x-request-id')
    expect(headers).not.toHaveProperty('content-security-policy')
  })

  test('[case 35] an app with onBehalfOf around its MCP endpoint refuses a foreign Host and Origin, but lets any web page read the metadata', async () => {
    const app = appWith(guard({ http: { allowedHosts: ['inner.example'] } }))
    const foreign = { Host: HOST, Origin: 'https://evil.example' }
    for (const path of ['/mcp', '/.well-known/oauth-protected-resource']) {
      await request(app).get(path).set('Host', 'evil.example').expect(403)
    }
    await request(app).get('/mcp').set(foreign).expect(403)
    await request(app)
      .get('/.well-known/oauth-protected-resource')
      .set(foreign)
      .expect(200)
      .expect('Access-Control-Allow-Origin', '*')
    await request(app)
      .get('/.well-known/oauth-protected-resource')
      .set('Host', 'inner.example')
      .expect(200)
    expect(log.named('request_refused').map(({ fields }) => fields['code'])).toEqual(
      Array.from({ length: 3 }, () => 'request_forbidden'),
    )
  })

  test('an app with onBehalfOf around its MCP endpoint bounds the body and the requests of one address and one user', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const small = appWith(guard({ http: { maxBodyBytes: 100 } }))
    expect((await post(small, { a: 'a'.repeat(100) }, token)).status).toBe(413)
    for (const http of [{ rateLimitPerAddress: 2 }, { rateLimitPerCaller: 2 }]) {
      const app = appWith(guard({ http }))
      const statuses: number[] = []
      for (let count = 0; count < 3; count += 1) {
        statuses.push((await post(app, { method: 'ping' }, token)).status)
      }
      expect(statuses).toEqual([200, 200, 429])
    }
  })

  test('an app with onBehalfOf around its MCP endpoint takes tokens for another resource where one is named, and of any of several issuers', async () => {
    const resource = 'https://tenant.example/mcp-api'
    const other = await TestIssuer.start()
    try {
      const app = appWith(guard({ resource, issuer: [issuer.issuer, other.issuer] }))
      for (const from of [issuer, other]) {
        expect((await post(app, { method: 'ping' }, await from.mint(resource))).status).toBe(200)
        expect((await post(app, { method: 'ping' }, await from.mint(ENDPOINT.href))).status).toBe(
          401,
        )
      }
    } finally {
      await other.close()
    }
  })

  test('a request that came past protect is no authenticated request', async () => {
    const { errors } = guard()
    const app = express()
    app.all('/mcp', (req, res) => {
      res.json(authenticatedRequest(req).auth)
    })
    app.use(errors)
    const { status, text } = await post(app, { method: 'ping' })
    expect(status).toBe(500)
    expect(text).toContain('misconfigured')
  })
})
