import { type JWTPayload, SignJWT, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  API,
  type Answer,
  MCP,
  type RunningServer,
  decode,
  exchangeForm,
  obtainTokens,
  postToken,
  startAuthorizationServer,
} from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

function expectInvalidGrant(answer: Answer): void {
  expect(answer).toMatchObject({
    status: 401,
    body: { error: 'invalid_grant', error_description: expect.any(String) as string },
  })
}

describe('a subject token', () => {
  const now = (): number => Math.floor(Date.now() / 1000)
  const claims = (): JWTPayload => ({
    iss: server.issuer,
    sub: 'auth0|alice',
    aud: MCP,
    client_id: 'curl',
    iat: now(),
    exp: now() + 60,
  })
  const without = (name: string): JWTPayload =>
    Object.fromEntries(Object.entries(claims()).filter(([claim]) => claim !== name))

  it('a subject token passes when it has the claims that this server writes', async () => {
    const answer = await postToken(server, exchangeForm(await server.signToken(claims())))
    expect(answer.status).toBe(200)
  })

  it.each<[string, () => JWTPayload]>([
    ['has expired', () => ({ ...claims(), exp: now() - 1 })],
    ['never expires', () => without('exp')],
    ['is not valid yet', () => ({ ...claims(), nbf: now() + 60 })],
    ['has another issuer', () => ({ ...claims(), iss: 'https://other.example/' })],
    ['has an issuer without the slash', () => ({ ...claims(), iss: server.issuer.slice(0, -1) })],
    ['has no subject', () => without('sub')],
    ['belongs to a machine', () => ({ ...claims(), sub: 'curl@clients' })],
    ['belongs to nobody known', () => ({ ...claims(), sub: 'auth0|mallory' })],
    ['is for another API', () => ({ ...claims(), aud: API })],
    ['is for another API as well', () => ({ ...claims(), aud: [MCP, API] })],
    ['is for userinfo only', () => ({ ...claims(), aud: `${server.issuer}userinfo` })],
    ['has no audience', () => without('aud')],
    ['does not name its client', () => without('client_id')],
    ['has an actor that is none', () => ({ ...claims(), act: 'somebody' })],
    ['has an inner actor without id', () => ({ ...claims(), act: { sub: 'a', act: {} } })],
  ])('a subject token is refused with 401 when it %s', async (_what, payload) => {
    const token = await server.signToken(payload())
    expectInvalidGrant(await postToken(server, exchangeForm(token)))
  })

  it('a subject token says that a machine cannot be acted for', async () => {
    const token = await server.signToken({ ...claims(), sub: 'curl@clients' })
    const { body } = await postToken(server, exchangeForm(token))
    expect(body['error_description']).toBe('The subject token must represent a user')
  })

  it('a subject token is refused with 401 when it has a foreign signature', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const { kid } = decode(await server.signToken(claims())).header
    const header = { alg: 'RS256', typ: 'at+jwt', ...(kid !== undefined && { kid }) }
    const token = await new SignJWT(claims()).setProtectedHeader(header).sign(privateKey)
    expectInvalidGrant(await postToken(server, exchangeForm(token)))
  })

  it('a subject token is refused with 401 when it is signed with another algorithm, or not at all', async () => {
    const key = new TextEncoder().encode('a shared secret of thirty-two bytes')
    const symmetric = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(key)
    const encode = (part: unknown): string =>
      Buffer.from(JSON.stringify(part)).toString('base64url')
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims())}.`
    for (const token of [symmetric, unsigned]) {
      expectInvalidGrant(await postToken(server, exchangeForm(token)))
    }
  })

  it('a subject token is refused with 401 when it is an ID token, an opaque token, a refresh token or nonsense', async () => {
    const { body } = await obtainTokens(server, 'alice', { scope: 'openid', resource: '' })
    const { body: more } = await obtainTokens(server, 'alice')
    for (const token of [body['id_token'], body['access_token'], more['refresh_token'], 'a.b.c']) {
      expect(token).toBeTypeOf('string')
      const answer = await postToken(server, exchangeForm(String(token)))
      expectInvalidGrant(answer)
    }
  })
})
