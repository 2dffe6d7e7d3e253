import express, { type Express } from 'express'
import {
  requireBearerAuth,
  createIssuer,
  createJwtBearerVerifier,
  createToolRegistry,
  errorHandler,
  hostAndOriginValidation,
  limitByAddress,
  metadataUrl,
  tokenExchange,
} from 'mcp-on-behalf-of'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const ENDPOINT = new URL('https://mcp.example/mcp')

describe('the middleware in an Express app of somebody else', () => {
  let issuer: TestIssuer
  let app: Express

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    const resourceMetadataUrl = metadataUrl(ENDPOINT)
    app = express()
    app.get(
      '/anything',
      requireBearerAuth({
        verifier: createJwtBearerVerifier({
          issuers: [createIssuer({ issuer: issuer.issuer })],
          audience: ENDPOINT.href,
        }),
        resource: ENDPOINT.href,
        endpoint: ENDPOINT,
        resourceMetadataUrl,
      }),
      (req, res) => {
        const { auth } = req as unknown as { auth: object }
        res.json({ auth, authorization: req.headers.authorization ?? 'gone' })
      },
    )
    app.use(errorHandler({ resourceMetadataUrl, baselineScopes: ['a'], log: new RecordingLog() }))
  })

  afterAll(() => issuer.close())

  test('bearerAuth sets the req.auth of the SDK, without the token, and takes the header away', async () => {
    const token = await issuer.mint(ENDPOINT.href)
    const response = await request(app)
      .get('/anything')
      .set('Authorization', `Bearer ${token}`)
      .expect(200)
    const body: unknown = response.body
    expect(body).toMatchObject({
      authorization: 'gone',
      auth: {
        clientId: 'some-client',
        scopes: ['tool:whoami', 'tool:greet'],
        resource: ENDPOINT.href,
        extra: { sub: 'auth0|alice' },
      },
    })
    expect(JSON.stringify(body)).not.toContain(token)
  })

  test('errorHandler answers with the challenge', async () => {
    const { headers } = await request(app).get('/anything').expect(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer scope="a", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"',
    )
  })

  test('factories name every fault of their options at once, while the app is put together', () => {
    const wrong = { verifier: {}, resource: '', endpoint: 'x', resourceMetadataUrl: 'y' }
    const mount = () =>
      requireBearerAuth(wrong as unknown as Parameters<typeof requireBearerAuth>[0])
    expect(mount).toThrow(TypeError)
    for (const place of ['verifier', 'resource', 'endpoint', 'resourceMetadataUrl']) {
      expect(mount).toThrow(new RegExp(`- ${place}`))
    }
    expect(() => limitByAddress({ perMinute: -1 })).toThrow(/must not be negative/)
    expect(() =>
      hostAndOriginValidation({ endpoint: ENDPOINT, allowedOrigins: ['https://a/'] }),
    ).toThrow(/without path or trailing slash/)
    expect(() =>
      tokenExchange({
        registry: createToolRegistry([
          { name: 't', requiredScopes: [], downstream: { api: 'unknown', scopes: [] } },
        ]),
        exchanger: { exchange: () => Promise.reject(new Error('not called')) },
        apis: {},
      }),
    ).toThrow(/tool t calls the API "unknown"/)
  })
})
