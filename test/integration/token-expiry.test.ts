import express from 'express'
import {
  requireBearerAuth,
  createIssuer,
  createJwtBearerVerifier,
  errorHandler,
  metadataUrl,
} from 'mcp-on-behalf-of'
import request from 'supertest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { createSigningKey, TestIssuer } from '../helpers/test-issuer.js'

const ENDPOINT = new URL('https://mcp.example/mcp')

describe.each(['RS256', 'ES256'])('a token of %s that was verified once', (alg) => {
  let issuer: TestIssuer
  const time = { now: 0 }
  let log: RecordingLog
  let use: (token: string) => Promise<number>

  beforeEach(async () => {
    issuer = await TestIssuer.start()
    issuer.keys = [await createSigningKey(alg)]
    time.now = Date.now()
    log = new RecordingLog()
    const clock = (): number => time.now
    const resourceMetadataUrl = metadataUrl(ENDPOINT)
    const verifier = createJwtBearerVerifier({
      issuers: [createIssuer({ issuer: issuer.issuer, clock })],
      ...{ audience: ENDPOINT.href, clock },
    })
    const resource = ENDPOINT.href
    const app = express()
    app.get(
      '/mcp',
      requireBearerAuth({ verifier, resource, endpoint: ENDPOINT, resourceMetadataUrl }),
      (_req, res) => {
        res.json({})
      },
    )
    app.use(errorHandler({ resourceMetadataUrl, baselineScopes: [], log }))
    use = async (token) =>
      (await request(app).get('/mcp').set('Authorization', `Bearer ${token}`)).status
  })

  afterEach(() => issuer.close())

  test('[M28] a token that was verified once is refused after it has expired, and the tolerance is over', async () => {
    const exp = Math.floor(time.now / 1_000) + 600
    const token = await issuer.mint(ENDPOINT.href, { claims: { exp } })
    expect([await use(token), await use(token)]).toEqual([200, 200])
    time.now = (exp + 5) * 1_000 - 1
    expect(await use(token)).toBe(200)
    time.now += 1
    expect([await use(token), await use(token)]).toEqual([401, 401])
    expect(log.text()).toContain('"reason":"expired"')
  })

  test('[M28] a token that was verified once is refused a minute and a day after it has expired', async () => {
    const exp = Math.floor(time.now / 1_000) + 600
    const token = await issuer.mint(ENDPOINT.href, { claims: { exp } })
    expect(await use(token)).toBe(200)
    for (const seconds of [60, 86_400]) {
      time.now = (exp + seconds) * 1_000
      expect(await use(token)).toBe(401)
    }
  })
})
