import request from 'supertest'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  MCP,
  type RunningServer,
  accessTokenOf,
  obtainTokens,
  postToken,
  registerClient,
  startAuthorizationServer,
} from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

describe('refresh tokens', () => {
  it('refresh tokens are rotated: each one works once, and using an old one ends the family', async () => {
    const first = await obtainTokens(server, 'alice')
    const refresh = (token: unknown) =>
      postToken(server, {
        grant_type: 'refresh_token',
        client_id: 'curl',
        refresh_token: String(token),
      })
    const second = await refresh(first.body['refresh_token'])
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject({ scope: 'tool:whoami tool:greet', token_type: 'Bearer' })
    expect(second.body['refresh_token']).not.toBe(first.body['refresh_token'])

    expect((await refresh(first.body['refresh_token'])).body).toMatchObject({
      error: 'invalid_grant',
    })
    expect((await refresh(second.body['refresh_token'])).body).toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('refresh tokens give access tokens for the same API without naming it again, or with fewer scopes', async () => {
    const { body } = await obtainTokens(server, 'alice')
    const refreshed = await postToken(server, {
      grant_type: 'refresh_token',
      client_id: 'curl',
      refresh_token: String(body['refresh_token']),
      scope: 'tool:greet',
    })
    expect(refreshed.body['scope']).toBe('tool:greet')
    const { payload } = await jwtVerify(
      accessTokenOf(refreshed),
      createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer)),
      { issuer: server.issuer, audience: MCP },
    )
    expect(payload).toMatchObject({ sub: 'auth0|alice', aud: MCP, scope: 'tool:greet' })
  })

  it('refresh tokens do not give more scopes than were granted', async () => {
    const { body } = await obtainTokens(server, 'bob')
    expect(
      await postToken(server, {
        grant_type: 'refresh_token',
        client_id: 'curl',
        refresh_token: String(body['refresh_token']),
        scope: 'tool:greet',
      }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  it('refresh tokens are not for clients without the grant', async () => {
    const clientId = await registerClient(server, { grant_types: ['authorization_code'] })
    const { body } = await obtainTokens(server, 'alice', { client_id: clientId })
    expect(body).toHaveProperty('access_token')
    expect(body).not.toHaveProperty('refresh_token')
  })

  it('refresh tokens are gone once revoked', async () => {
    const { body } = await obtainTokens(server, 'alice')
    const token = String(body['refresh_token'])
    const revoked = await request(new URL(server.issuer).origin)
      .post('/oauth/revoke')
      .type('form')
      .send({ client_id: 'curl', token })
    expect(revoked.status).toBe(200)
    const form = { grant_type: 'refresh_token', client_id: 'curl', refresh_token: token }
    expect((await postToken(server, form)).body).toMatchObject({ error: 'invalid_grant' })
  })
})
