import { importJWK, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDpopKey, type DpopKey, type ProofRequest } from '../helpers/dpop-key.js'
import { callForAnswer } from '../helpers/tool-answer.js'
import { ALGORITHMS } from './parts/algorithms.js'
import { startFirstHops, type FirstHop, type FirstHops } from './parts/first-hop.js'
import { connectWith } from './parts/sdk-clients.js'
import { tokensOf } from './parts/tokens.js'

let hops: FirstHops

beforeAll(async () => {
  hops = await startFirstHops()
})

afterAll(async () => {
  await hops.close()
})

async function boundToken({ issuer, clientId, server }: FirstHop, key: DpopKey): Promise<string> {
  const publicKey = (await importJWK({ ...key.jwk, alg: 'ES256' })) as CryptoKey
  const { access_token, token_type } = await tokensOf(hops.session, {
    ...{ issuer, clientId, resource: server.audience, scope: 'tool:whoami' },
    key: { privateKey: key.privateKey, publicKey },
  })
  expect(token_type).toBe('dpop')
  return access_token
}

describe.each(ALGORITHMS)('where glewlwyd signs with %s', (algorithm) => {
  let hop: FirstHop
  let key: DpopKey
  let token: string

  beforeAll(async () => {
    hop = await hops.add(algorithm)
    key = await createDpopKey()
    token = await boundToken(hop, key)
  })

  const proofFor = (request: Partial<ProofRequest> = {}, prover = key): Promise<string> =>
    prover.prove(token, {
      ...{
        method: 'POST',
        url: hop.server.endpoint.href,
        nowSeconds: Math.floor(Date.now() / 1_000),
      },
      ...request,
    })

  const whoami = async (scheme: 'Bearer' | 'DPoP', proof?: string) =>
    callForAnswer(hop.server, {
      ...{ token, tool: 'whoami' },
      headers: {
        Authorization: `${scheme} ${token}`,
        ...(proof === undefined ? {} : { DPoP: proof }),
      },
    })

  test('an SDK client calls a tool with a token that glewlwyd has bound to its key', async () => {
    const client = await connectWith(hop.server.endpoint, async (url, init) => {
      const headers = new Headers(init?.headers)
      headers.set('Authorization', `DPoP ${token}`)
      headers.set('DPoP', await proofFor({ method: init?.method ?? 'GET', url: String(url) }))
      return fetch(url, { ...init, headers })
    })
    const answer = await client.callTool({ name: 'whoami', arguments: {} })
    expect(answer).toMatchObject({
      structuredContent: { user: { client_id: hop.clientId }, scopes: ['openid', 'tool:whoami'] },
    })
    await client.close()
  })

  test('a token that glewlwyd has bound to a key is refused as a plain bearer token', async () => {
    const { status, challenge } = await whoami('Bearer')
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
    expect(challenge).toContain('The token is bound to its sender')
  })

  test('a token that glewlwyd has bound to a key is refused with the proof of another key', async () => {
    const stranger = await createDpopKey()
    const { status, challenge } = await whoami('DPoP', await proofFor({}, stranger))
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
  })

  test('a token that glewlwyd has bound to a key is refused with a proof for another address', async () => {
    const { status, challenge } = await whoami('DPoP', await proofFor({ url: hop.elsewhere }))
    expect(status).toBe(400)
    expect(challenge).toContain('error="invalid_request"')
    expect(challenge).toContain('The DPoP proof is not valid for this request.')
  })

  test('a proof for a token of glewlwyd serves once', async () => {
    const proof = await proofFor()
    expect((await whoami('DPoP', proof)).status).toBe(200)
    const { status, challenge } = await whoami('DPoP', proof)
    expect(status).toBe(400)
    expect(challenge).toContain('error="invalid_request"')
    expect(challenge).toContain('The DPoP proof has been used before.')
  })
})
