import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  PERMISSIONS,
  ACCESS_TOKEN,
  API,
  MCP,
  type RunningServer,
  accessTokenOf,
  changedDirectory,
  decode,
  exchangeForm,
  obtainAccessToken,
  postJson,
  postToken,
  registerClient,
  startAuthorizationServer,
  without,
} from './support.js'

const SECRET = 'development-only-secret-of-the-mcp-server'

let server: RunningServer
let subjectToken: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  subjectToken = await obtainAccessToken(server, 'alice')
})

afterAll(async () => {
  await server.close()
})

describe('the On-Behalf-Of exchange', () => {
  it('the On-Behalf-Of exchange answers exactly as documented', async () => {
    const { status, headers, body } = await postToken(server, exchangeForm(subjectToken))
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(body).toEqual({
      access_token: expect.any(String) as string,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: 86_400,
    })
  })

  it('the On-Behalf-Of exchange issues a token of the target API with exactly the documented claims', async () => {
    const token = accessTokenOf(await postToken(server, exchangeForm(subjectToken)))
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer)),
      { issuer: server.issuer, audience: API },
    )
    expect(protectedHeader).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.any(String) as string,
    })
    expect(payload).toEqual({
      iss: server.issuer,
      sub: 'auth0|alice',
      aud: API,
      azp: 'mcp-server',
      act: { sub: 'mcp-server', act: { sub: 'curl' } },
      scope: 'read:private',
      iat: expect.any(Number) as number,
      exp: expect.any(Number) as number,
    })
  })

  it('the On-Behalf-Of exchange follows the dialect and lifetime of the target API', async () => {
    const directory = changedDirectory(({ resource_servers: [, api] }) => {
      Object.assign(api ?? {}, { token_dialect: 'rfc9068_profile_authz', token_lifetime: 60 })
    })
    const speaking = await startAuthorizationServer({ directory })
    try {
      const subject = await obtainAccessToken(speaking, 'alice')
      const answer = await postToken(speaking, exchangeForm(subject))
      expect(answer.body['expires_in']).toBe(60)
      const { header, claims } = decode(accessTokenOf(answer))
      expect(header.typ).toBe('at+jwt')
      expect(claims).toMatchObject({
        client_id: 'mcp-server',
        jti: expect.any(String) as string,
        permissions: PERMISSIONS.alice.api,
      })
      expect(claims).not.toHaveProperty('azp')
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60)
    } finally {
      await speaking.close()
    }
  })

  it('the On-Behalf-Of exchange accepts a JSON body', async () => {
    const { status, body } = await postJson(
      `${server.issuer}oauth/token`,
      exchangeForm(subjectToken),
    )
    expect(status).toBe(200)
    expect(body['issued_token_type']).toBe(ACCESS_TOKEN)
  })

  it('the On-Behalf-Of exchange accepts the secret in the Authorization header', async () => {
    const form = without(exchangeForm(subjectToken), 'client_id', 'client_secret')
    const authorization = `Basic ${btoa(`mcp-server:${SECRET}`)}`
    expect((await postToken(server, form, { authorization })).status).toBe(200)
    expect(
      (await postToken(server, { ...form, client_id: 'mcp-server' }, { authorization })).status,
    ).toBe(200)
  })

  it('the On-Behalf-Of exchange takes resource for audience, which wins when both are there', async () => {
    const form = without(exchangeForm(subjectToken), 'audience')
    const byResource = await postToken(server, { ...form, resource: API })
    expect(decode(accessTokenOf(byResource)).claims.aud).toBe(API)
    const both = await postToken(server, { ...form, audience: API, resource: 'urn:unknown' })
    expect(decode(accessTokenOf(both)).claims.aud).toBe(API)
  })

  it('the On-Behalf-Of exchange names the client that registered itself as the original actor', async () => {
    const client_id = await registerClient(server)
    const subject = await obtainAccessToken(server, 'alice', { client_id })
    const { claims } = decode(accessTokenOf(await postToken(server, exchangeForm(subject))))
    expect(claims['act']).toEqual({ sub: 'mcp-server', act: { sub: client_id } })
  })

  it('the On-Behalf-Of exchange accepts a subject token that also names the userinfo endpoint', async () => {
    const subject = await obtainAccessToken(server, 'alice', { scope: 'openid tool:greet' })
    expect(decode(subject).claims.aud).toEqual([MCP, `${server.issuer}userinfo`])
    const { claims } = decode(accessTokenOf(await postToken(server, exchangeForm(subject))))
    expect(claims.aud).toBe(API)
  })

  it('the On-Behalf-Of exchange accepts a subject token of the other dialect, in which azp names the client', async () => {
    const directory = changedDirectory(({ resource_servers: [mcp] }) => {
      if (mcp !== undefined) mcp.token_dialect = 'access_token'
    })
    const speaking = await startAuthorizationServer({ directory })
    try {
      const subject = await obtainAccessToken(speaking, 'alice')
      const { claims } = decode(accessTokenOf(await postToken(speaking, exchangeForm(subject))))
      expect(claims['act']).toEqual({ sub: 'mcp-server', act: { sub: 'curl' } })
    } finally {
      await speaking.close()
    }
  })

  it('the On-Behalf-Of exchange tells the log who acts for whom, and never shows it a token', async () => {
    const answer = await postToken(server, exchangeForm(subjectToken))
    expect(server.events).toContainEqual({
      type: 'token_exchanged',
      clientId: 'mcp-server',
      subject: 'auth0|alice',
      audience: API,
      scopes: ['read:private'],
      actors: ['mcp-server', 'curl'],
    })
    const log = JSON.stringify(server.events)
    for (const secret of [subjectToken, accessTokenOf(answer), SECRET]) {
      expect(log).not.toContain(secret)
    }
  })
})

describe('the scope of an exchanged token', () => {
  let scoped: RunningServer

  beforeAll(async () => {
    const directory = changedDirectory(({ resource_servers: [, api], client_grants, roles }) => {
      api?.scopes.push({ value: 'write:private' }, { value: 'admin:private' })
      client_grants[0]?.scope?.push('write:private')
      roles[0]?.permissions.push(
        { resource_server_identifier: API, permission_name: 'write:private' },
        { resource_server_identifier: API, permission_name: 'admin:private' },
      )
    })
    scoped = await startAuthorizationServer({ directory })
  })

  afterAll(async () => {
    await scoped.close()
  })

  const both = 'read:private write:private'
  const all = [...PERMISSIONS.alice.api, 'write:private'].join(' ')
  it.each([
    { what: 'as asked, without a word', asked: 'read:private', granted: 'read:private' },
    { what: 'as asked in another order', asked: 'write:private read:private', granted: both },
    { what: 'as asked, once', asked: 'read:private read:private', granted: 'read:private' },
    {
      what: 'less than asked, and reported',
      asked: 'read:private admin:private',
      granted: 'read:private',
      reported: 'read:private',
    },
    {
      what: 'without the OpenID scopes, and reported',
      asked: 'openid offline_access read:private',
      granted: 'read:private',
      reported: 'read:private',
    },
    { what: 'all there is when nothing is asked', asked: '', granted: all, reported: all },
    {
      what: 'all there is when only OpenID is asked',
      asked: 'openid',
      granted: all,
      reported: all,
    },
  ])('the scope of an exchanged token is $what', async ({ asked, granted, reported }) => {
    const subject = await obtainAccessToken(scoped, 'alice')
    const answer = await postToken(scoped, exchangeForm(subject, { scope: asked }))
    expect(answer.status).toBe(200)
    expect(answer.body['scope']).toBe(reported)
    expect(decode(accessTokenOf(answer)).claims['scope']).toBe(granted)
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect(answer.body).not.toHaveProperty('id_token')
  })

  it('the scope of an exchanged token is absent when nothing was asked and the user may do nothing', async () => {
    const subject = await obtainAccessToken(server, 'carol')
    const answer = await postToken(server, exchangeForm(subject, { scope: '' }))
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('scope')
    expect(decode(accessTokenOf(answer)).claims).not.toHaveProperty('scope')
  })

  it('the scope of an exchanged token does not depend on roles at an API that does not enforce policies', async () => {
    const directory = changedDirectory(({ resource_servers: [, api] }) => {
      if (api !== undefined) api.enforce_policies = false
    })
    const open = await startAuthorizationServer({ directory })
    try {
      const subject = await obtainAccessToken(open, 'bob')
      const answer = await postToken(open, exchangeForm(subject))
      expect(decode(accessTokenOf(answer)).claims['scope']).toBe('read:private')
    } finally {
      await open.close()
    }
  })
})
