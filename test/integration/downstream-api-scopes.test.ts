import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDownstreamApi, type StartedDownstreamApi } from './start-downstream-api.js'

let api: StartedDownstreamApi

beforeAll(async () => {
  api = await startDownstreamApi()
})

afterAll(() => api.close())

const call = async (path: string, scope: string) => {
  const token = await api.tokenFor('auth0|alice', scope)
  return request(api.origin).get(path).set('Authorization', `Bearer ${token}`)
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
  expect((await request(api.origin).get('/api/with-scope/a')).status).toBe(401)
})

test('the development API reads scp, text or list, where a token has no scope', async () => {
  const status = async (claims: Readonly<Record<string, unknown>>): Promise<number> => {
    const token = await api.tokenWith({ sub: 'alice', ...claims })
    const asked = request(api.origin).get('/api/with-scope/read:orders')
    return (await asked.set('Authorization', `Bearer ${token}`)).status
  }
  expect(await status({ scp: 'read:orders' })).toBe(200)
  expect(await status({ scp: ['write:orders', 'read:orders'] })).toBe(200)
  expect(await status({ scp: 'write:orders' })).toBe(403)
  expect(await status({ scope: 'write:orders', scp: 'read:orders' })).toBe(403)
})
