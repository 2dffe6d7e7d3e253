import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { authInfoOf, requireBearerAuth } from '../../../middleware/require-bearer-auth.js'
import { requireAuthContext } from '../../../src/identity/auth-context.js'
import type { Claims } from '../../../src/identity/claims.js'

const ENDPOINT = new URL('https://mcp.example/mcp')
const CLAIMS = {
  iss: 'https://issuer.example/',
  client_id: 'client',
  scope: 'a',
  exp: 4_000_000_000,
}

/** An app whose verifier gives whatever `claims` gives; answers who the caller is. */
function appWith(claims: () => Claims): express.Express {
  const app = express()
  const verifier = { verify: () => Promise.resolve(claims()) }
  const auth = {
    verifier,
    resource: ENDPOINT.href,
    endpoint: ENDPOINT,
    resourceMetadataUrl: ENDPOINT,
  }
  app.use(requireBearerAuth(auth), (req, res) => {
    res.json(requireAuthContext(authInfoOf(req)).caller)
  })
  return app
}

async function subjectOf(app: express.Express): Promise<unknown> {
  const answer = await request(app).get('/').set('Authorization', 'Bearer a.b.c')
  return (JSON.parse(answer.text) as { subject?: unknown }).subject
}

describe('the caller of a request', () => {
  test('the caller of a request is read anew from claims that a verifier changes', async () => {
    const shared: Record<string, unknown> = { ...CLAIMS, sub: 'alice' }
    const app = appWith(() => shared)
    expect(await subjectOf(app)).toBe('alice')
    shared['sub'] = 'bob'
    expect(await subjectOf(app)).toBe('bob')
  })

  test('the caller of a request is that of its own claims, whatever came before', async () => {
    const users = ['alice', 'bob', 'alice', 'carol'].map((sub) => Object.freeze({ ...CLAIMS, sub }))
    let at = -1
    const app = appWith(() => users[(at += 1)] ?? CLAIMS)
    for (const { sub } of users) expect(await subjectOf(app)).toBe(sub)
  })
})
