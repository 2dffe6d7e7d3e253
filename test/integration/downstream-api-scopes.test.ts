import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { startAuthorizationServer, type RunningServer } from './authorization-server/support.js'

let authorizationServer: RunningServer
let api: ListeningServer
let audience: string

beforeAll(async () => {
  authorizationServer = await startAuthorizationServer()
  api = await serve({ host: 'localhost', port: 0, drainMs: 50 })
  audience = `http://localhost:${api.port}/`
  api.attach(createDownstreamApi({ issuer: authorizationServer.issuer, audience }))
})

afterAll(() => Promise.all([api.close(), authorizationServer.close()]))

const call = async (path: string, scope: string) => {
  const now = Math.floor(Date.now() / 1000)
  const token = await authorizationServer.signToken({
    ...{ iss: authorizationServer.issuer, sub: 'auth0|alice', aud: audience, scope },
    ...{ iat: now, exp: now + 60 },
  })
  return request(new URL(audience).origin).get(path).set('Authorization', `Bearer ${token}`)
}

test('[A7] /api/with-scope/<scope> of the development API answers a token with that scope, whatever its name', async () => {
  const response = await call('/api/with-scope/write:orders', 'read:orders write:orders')
  expect(response.status).toBe(200)
  expect(response.body).toMatchObject({ sub: 'auth0|alice' })
})

test('[A7] /api/with-scope/<scope> of the development API is 403 without that scope, and 401 without a token', async () => {
  const refused = await call('/api/with-scope/write:orders', 'read:orders write:orders:all')
  expect(refused.status).toBe(403)
  expect(refused.body).toEqual({ error: 'insufficient_scope' })
  // One name is one scope: two in the path are not two that suffice one by one.
  expect((await call('/api/with-scope/a%20b', 'a c')).status).toBe(403)
  expect((await request(new URL(audience).origin).get('/api/with-scope/a')).status).toBe(401)
})
