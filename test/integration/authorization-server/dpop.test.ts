import { type CryptoKey, SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  type Answer,
  CALLBACK,
  type RunningServer,
  accessTokenOf,
  authorizationRequest,
  customForm,
  decode,
  exchangeForm,
  obtainAccessToken,
  postToken,
  readAnswer,
  startAuthorizationServer,
  get,
} from './support.js'

let server: RunningServer
let subjectToken: string
let key: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
let jkt: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  subjectToken = await obtainAccessToken(server, 'alice')
  key = await generateKeyPair('ES256')
  jkt = await calculateJwkThumbprint(await exportJWK(key.publicKey))
})

afterAll(async () => {
  await server.close()
})

afterEach(() => {
  server.switches.dpopNonce = 'optional'
})

async function proof(claims: Readonly<Record<string, unknown>> = {}): Promise<{ DPoP: string }> {
  const jwk = await exportJWK(key.publicKey)
  const usual = { htm: 'POST', htu: `${server.issuer}oauth/token`, jti: randomUUID() }
  const token = await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(key.privateKey)
  return { DPoP: token }
}

function expectBound(answer: Answer): void {
  expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
  expect(decode(accessTokenOf(answer)).claims['cnf']).toEqual({ jkt })
}

describe.each([
  ['On-Behalf-Of', exchangeForm],
  ['Custom Token Exchange', customForm],
])('%s', (_name, form) => {
  it('each exchange gives a token bound to the key of the proof that came with it', async () => {
    expectBound(await postToken(server, form(subjectToken), await proof()))
  })

  it('each exchange gives a bearer token without one', async () => {
    const answer = await postToken(server, form(subjectToken))
    expect(answer.body['token_type']).toBe('Bearer')
    expect(decode(accessTokenOf(answer)).claims).not.toHaveProperty('cnf')
  })

  it.each([
    ['another method', { htm: 'GET' }],
    ['another endpoint', { htu: 'https://other.example/oauth/token' }],
    ['a foreign nonce', { nonce: 'foreign' }],
  ])('each exchange refuses a proof for %s', async (_what, claims) => {
    const answer = await postToken(server, form(subjectToken), await proof(claims))
    expect(answer.status).toBe(400)
    expect(answer.body['error']).toMatch(/^(invalid_dpop_proof|use_dpop_nonce)$/)
  })

  it('each exchange refuses a proof that was used before', async () => {
    const headers = await proof()
    expect((await postToken(server, form(subjectToken), headers)).status).toBe(200)
    expect((await postToken(server, form(subjectToken), headers)).status).toBe(400)
  })

  it('each exchange demands a nonce by switch, hands it out, and takes it', async () => {
    server.switches.dpopNonce = 'demanded'
    const refused = await postToken(server, form(subjectToken), await proof())
    expect(refused).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
    const nonce = refused.headers.get('dpop-nonce')
    expect(nonce).toBeTypeOf('string')
    expectBound(await postToken(server, form(subjectToken), await proof({ nonce })))
    // Who sends no proof is not asked for a nonce.
    expect((await postToken(server, form(subjectToken))).status).toBe(200)
  })
})

describe('the metadata', () => {
  it('the metadata names the one algorithm of proofs', async () => {
    const url = `${server.issuer}.well-known/oauth-authorization-server`
    const { body } = readAnswer(await get(url))
    expect(body['dpop_signing_alg_values_supported']).toEqual(['ES256'])
  })
})

describe('the sign-in of a user', () => {
  it('the sign-in of a user gives a bound token too, good for an exchange and at the userinfo endpoint', async () => {
    const { url, verifier } = authorizationRequest(server, { scope: 'openid tool:greet' })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    const answer = await postToken(
      server,
      {
        grant_type: 'authorization_code',
        client_id: 'curl',
        redirect_uri: CALLBACK,
        code: callback.searchParams.get('code') ?? '',
        code_verifier: verifier,
      },
      await proof(),
    )
    expectBound(answer)
    const token = accessTokenOf(answer)
    const exchanged = await postToken(server, exchangeForm(token))
    expect(exchanged).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })

    const htu = `${server.issuer}userinfo`
    const ath = Buffer.from(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)),
    ).toString('base64url')
    const headers = { authorization: `DPoP ${token}`, ...(await proof({ htm: 'GET', htu, ath })) }
    expect(readAnswer(await get(htu, headers)).body['sub']).toBe('auth0|alice')
    const bearer = await get(htu, { authorization: `Bearer ${token}` })
    expect(bearer.status).toBe(401)
  })
})
