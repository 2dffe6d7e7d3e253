import request from 'supertest'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  CALLBACK,
  MCP,
  type RunningServer,
  accessTokenOf,
  authorizationRequest,
  postJson,
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

async function obtainCode(username = 'alice') {
  const { url, verifier } = authorizationRequest(server)
  const callback = await signIn({ authorizationUrl: url, username })
  return {
    callback,
    form: {
      grant_type: 'authorization_code',
      client_id: 'curl',
      redirect_uri: CALLBACK,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    },
  }
}

describe('the authorization code flow', () => {
  it('the authorization code flow returns code, state and issuer to the callback', async () => {
    const { callback } = await obtainCode()
    expect(callback.origin + callback.pathname).toBe(CALLBACK)
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      code: expect.any(String) as string,
      state: 'state-of-the-client',
      iss: server.issuer,
    })
  })

  it('the authorization code flow trades the code for a token that verifies with the published keys', async () => {
    const { form } = await obtainCode()
    const { status, headers, body } = await postToken(server, form)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    const { payload, protectedHeader } = await jwtVerify(
      accessTokenOf({ status, headers, body }),
      createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer)),
      { issuer: server.issuer, audience: MCP, algorithms: ['RS256'], typ: 'at+jwt' },
    )
    expect(protectedHeader.kid).toBeTypeOf('string')
    expect(payload.sub).toBe('auth0|alice')
  })

  it('the authorization code flow takes the token request as JSON too', async () => {
    const { form } = await obtainCode()
    const { status, body } = await postJson(`${server.issuer}oauth/token`, form)
    expect(status).toBe(200)
    expect(body).toHaveProperty('access_token')
  })

  it.each([
    ['no JSON', '{', 'application/json'],
    ['a JSON list', '[]', 'application/json'],
    ['a value that is no text', '{"grant_type":["a"]}', 'application/json; charset=utf-8'],
    ['another type of body', '<a/>', 'text/xml'],
    ['too much', `code=${'x'.repeat(70_000)}`, 'application/x-www-form-urlencoded'],
    ['nothing', '', 'application/x-www-form-urlencoded'],
  ])(
    'the authorization code flow refuses %s with 400 invalid_request',
    async (_what, body, contentType) => {
      const headers = { 'content-type': contentType }
      const response = await request(new URL(server.issuer).origin)
        .post('/oauth/token')
        .set(headers)
        .send(body)
      expect(response.status).toBe(400)
      expect(response.get('cache-control')).toBe('no-store')
      expect(response.body).toMatchObject({ error: 'invalid_request' })
    },
  )

  it('the authorization code flow serves another request on the connection over which it took a JSON body', async () => {
    for (const grant_type of ['nonsense', 'nonsense', 'nonsense']) {
      const { status, body } = await postJson(`${server.issuer}oauth/token`, {
        grant_type,
        client_id: 'curl',
      })
      expect(status).toBe(400)
      expect(body['error']).toBe('unsupported_grant_type')
    }
  })

  it('the authorization code flow refuses a code that was used before', async () => {
    const { form } = await obtainCode()
    expect((await postToken(server, form)).status).toBe(200)
    expect(await postToken(server, form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  })

  it.each([
    ['a wrong verifier', { code_verifier: 'w'.repeat(43) }],
    ['another callback', { redirect_uri: 'http://127.0.0.1:1/callback' }],
  ])('the authorization code flow refuses a code with %s', async (_what, wrong) => {
    const { form } = await obtainCode()
    expect(await postToken(server, { ...form, ...wrong })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  })

  it('the authorization code flow refuses a code that was issued to another client', async () => {
    const { form } = await obtainCode()
    const clientId = await registerClient(server)
    expect(await postToken(server, { ...form, client_id: clientId })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  })

  it.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['with the plain method', { code_challenge_method: 'plain' }],
    ['with a challenge but no method', { code_challenge_method: '' }],
  ])(
    'the authorization code flow refuses a request %s, public or confidential client alike',
    async (_what, params) => {
      const redirectUri = 'http://127.0.0.1:49152/callback'
      const confidential = await registerClient(server, {
        token_endpoint_auth_method: 'client_secret_post',
      })
      for (const client_id of ['curl', confidential]) {
        const { url } = authorizationRequest(server, { client_id, ...params })
        const callback = await signIn({ authorizationUrl: url, username: 'alice' })
        expect(callback.origin + callback.pathname).toBe(redirectUri)
        expect(callback.searchParams.get('error')).toBe('invalid_request')
        expect(callback.searchParams.get('iss')).toBe(server.issuer)
      }
    },
  )

  it.each([
    ['token', 'unsupported_response_type'],
    ['code id_token', 'unsupported_response_type'],
  ])(
    'the authorization code flow does not offer the response type %s',
    async (response_type, error) => {
      const { url } = authorizationRequest(server, { response_type, nonce: 'n' })
      const callback = await signIn({ authorizationUrl: url, username: 'alice' })
      expect(callback.href).toContain(`error=${error}`)
    },
  )

  it('the authorization endpoint answers prompt=none with login_required when nobody is signed in', async () => {
    const { url } = authorizationRequest(server, { prompt: 'none' })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    expect(callback.searchParams.get('error')).toBe('login_required')
  })

  it.each(['alice', 'bob', 'carol'])(
    'the authorization code flow never asks %s for consent to a first-party client, whatever is granted',
    async (username) => {
      for (const scope of ['tool:whoami tool:greet', 'openid offline_access', 'unknown', '']) {
        const { url } = authorizationRequest(server, { scope })
        const callback = await signIn({ authorizationUrl: url, username, consent: 'deny' })
        expect(callback.searchParams.get('code')).toBeTypeOf('string')
      }
    },
  )

  it('the authorization code flow asks once for consent to a third-party client, even when nothing can be granted', async () => {
    const clientId = await registerClient(server)
    const { url } = authorizationRequest(server, { client_id: clientId })
    await signIn({ authorizationUrl: url, username: 'carol' })
    const consents = server.events.filter(
      (event) => event.type === 'consent_given' && event.clientId === clientId,
    )
    expect(consents).toHaveLength(1)
  })

  it('the authorization code flow tells the client that the user said no', async () => {
    const clientId = await registerClient(server)
    const { url } = authorizationRequest(server, { client_id: clientId })
    const callback = await signIn({ authorizationUrl: url, username: 'alice', consent: 'deny' })
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state-of-the-client',
      iss: server.issuer,
    })
    expect(server.events).toContainEqual({ type: 'consent_denied', clientId })
  })

  it('the authorization code flow shows an unknown client an error page and redirects it nowhere', async () => {
    const { url } = authorizationRequest(server, { client_id: 'nobody' })
    await expect(signIn({ authorizationUrl: url, username: 'alice' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('invalid_client') as string,
    })
  })

  it('the authorization code flow tells a client that it does not know, on which MCP clients register anew', async () => {
    const form = { grant_type: 'refresh_token', client_id: 'tpc_gone', refresh_token: 'x' }
    expect(await postToken(server, form)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
  })
})
