import { createHmac, createPublicKey } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { callTool, postMcp, type TestResponse } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { createSigningKey, json, type SigningKey } from '../helpers/test-issuer.js'

let server: TestServer

beforeEach(async () => {
  server = await startMcpServer()
})

const send = (token: string): Promise<TestResponse> =>
  postMcp(server.endpoint, callTool('whoami'), { token })

const use = async (key: SigningKey, header: object = {}): Promise<number> =>
  (await send(await server.issuer.mint(server.audience, { key, header: { ...header } }))).status

/** The words of a refusal, and its reason in the log. */
async function refusalOf(
  token: string,
): Promise<{ status: number; says: string; reason: unknown }> {
  const response = await send(token)
  const says = response.get('www-authenticate') ?? ''
  const reason = server.log.named('request_refused').at(-1)?.fields['reason']
  return { status: response.status, says, reason }
}

const ownKey = (): SigningKey => {
  const [key] = server.issuer.keys
  if (key === undefined) throw new Error('the issuer has no key')
  return key
}

/** Publishes members beside, or in place of, the issuer's own keys. */
const publish = (...members: readonly unknown[]): void => {
  server.issuer.keysResponder = (_req, res) => {
    json(res, 200, { keys: members })
  }
}

/** A new key under a known id. */
const createKeyUnder = async (kid: string, alg = 'RS256'): Promise<SigningKey> => {
  const key = await createSigningKey(alg)
  return { ...key, kid, jwk: { ...key.jwk, kid } }
}

const without = (jwk: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))

describe('the algorithm of a token', () => {
  test('[case 14] the algorithm of a token may be any that the keys of its issuer are for, several beside each other', async () => {
    const es256 = await createSigningKey('ES256')
    const eddsa = await createSigningKey('EdDSA')
    const ps512 = await createSigningKey('PS512')
    server.issuer.keys = [ownKey(), es256, eddsa, ps512]
    for (const key of server.issuer.keys) expect(await use(key)).toBe(200)
  })

  test('[case 14] the algorithm of a token is RS256 alone where an RSA key names none', async () => {
    publish(without(ownKey().jwk, 'alg', 'use'))
    expect(await use(ownKey())).toBe(200)
    for (const alg of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512']) {
      const key = await sameKeyFor(alg)
      const refusal = await refusalOf(await server.issuer.mint(server.audience, { key }))
      expect(refusal).toMatchObject({ status: 401, reason: 'algorithm' })
    }
  })

  test('[case 14] the algorithm of a token that the key does not allow is refused, and the refusal names what came and what is accepted', async () => {
    const stranger = await createKeyUnder(ownKey().kid, 'ES256')
    const refusal = await refusalOf(await server.issuer.mint(server.audience, { key: stranger }))
    expect(refusal).toMatchObject({ status: 401, reason: 'algorithm' })
    expect(refusal.says).toContain('signed with ES256')
    expect(refusal.says).toContain('are for RS256,')
  })

  test.each(['RS384', 'RS512', 'PS256'])(
    '[case 14] %s by the very key that names RS256 is refused',
    async (alg) => {
      const key = await sameKeyFor(alg)
      const refusal = await refusalOf(await server.issuer.mint(server.audience, { key }))
      expect(refusal).toMatchObject({ status: 401, reason: 'algorithm' })
    },
  )

  test('[case 14] the algorithm of a token is never one with a shared secret: the public key is none', async () => {
    const pem = createPublicKey({ key: ownKey().jwk, format: 'jwk' })
    for (const secret of [
      pem.export({ type: 'spki', format: 'pem' }),
      pem.export({ type: 'spki', format: 'der' }),
      JSON.stringify(ownKey().jwk),
    ]) {
      const parts = await partsOf({ alg: 'HS256' })
      const signature = createHmac('sha256', secret).update(parts).digest('base64url')
      const refusal = await refusalOf(`${parts}.${signature}`)
      expect(refusal).toMatchObject({ status: 401, reason: 'algorithm' })
    }
  })

  test.each([
    ['none', 'none'],
    ['None', 'None'],
    ['', 'an unknown algorithm'],
    ['RS256\r\nX-Injected: yes', 'an unknown algorithm'],
    ['RS256", error="none', 'an unknown algorithm'],
    ['__proto__', 'an unknown algorithm'],
    ['constructor', 'constructor'],
  ])('[case 14] %j is refused, and repeated only where it looks like one', async (alg, named) => {
    const refusal = await refusalOf(`${await partsOf({ alg })}.`)
    expect(refusal).toMatchObject({ status: 401, reason: 'algorithm' })
    expect(refusal.says).toContain(`signed with ${named}.`)
    expect(server.issuer.requestsTo('/jwks')).toBe(1)
  })

  test('[case 14] the algorithm of a token of another curve than the key has is refused', async () => {
    const p384 = await createSigningKey('ES384')
    server.issuer.keys = [p384]
    const stranger = await createKeyUnder(p384.kid, 'ES256')
    expect(await use(stranger)).toBe(401)
    expect(await use(p384)).toBe(200)
  })

  /** The issuer's own RSA key, to sign by another algorithm. */
  async function sameKeyFor(alg: string): Promise<SigningKey> {
    const { kid, jwk, privateKey } = ownKey()
    const exported = await crypto.subtle.exportKey('jwk', privateKey)
    const name = alg.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
    const imported = await crypto.subtle.importKey(
      'jwk',
      { ...exported, alg },
      { name, hash: `SHA-${alg.slice(2)}` },
      true,
      ['sign'],
    )
    return { kid, jwk: { ...jwk, alg }, privateKey: imported }
  }

  /** A token of the issuer up to its signature, with another header. */
  async function partsOf(header: object): Promise<string> {
    const [, claims] = (await server.mint()).split('.')
    const text = JSON.stringify({ kid: ownKey().kid, typ: 'at+jwt', ...header })
    return `${Buffer.from(text).toString('base64url')}.${String(claims)}`
  }
})

describe('a key set', () => {
  test.each([
    ['a key id and a use alone', { kid: 'x', use: 'sig' }],
    ['null', null],
    ['an empty object', {}],
    ['a number', 7],
    ['a key of an unknown type', { kty: 'LWE', kid: 'x' }],
    ['a shared secret', { kty: 'oct', k: 'AA', kid: 'x' }],
  ])('[case 15] a key set with %s in it serves by its other keys', async (_what, member) => {
    publish(member, ownKey().jwk)
    expect(await use(ownKey())).toBe(200)
  })

  test('[S16.4] a key set with a malformed member or two keys of one id serves by each key that is good', async () => {
    const other = await createKeyUnder(ownKey().kid)
    const ec = await createKeyUnder(ownKey().kid, 'ES256')
    publish({ ...ownKey().jwk, n: undefined }, other.jwk, ec.jwk, ownKey().jwk, null)
    for (const key of [ownKey(), other, ec]) expect(await use(key)).toBe(200)
    expect(await use(await createKeyUnder(ownKey().kid))).toBe(401)
  })

  test('[case 16] a key set whose key was replaced under the same id is fetched again, and the old key is out', async () => {
    const old = ownKey()
    const verifiedBefore = await server.issuer.mint(server.audience, { key: old })
    expect((await send(verifiedBefore)).status).toBe(200)
    const renewed = await createKeyUnder(old.kid)
    server.issuer.keys = [renewed]
    expect(await use(renewed)).toBe(200)
    expect(server.issuer.requestsTo('/jwks')).toBe(2)
    expect(await use(old)).toBe(401)
    expect((await send(verifiedBefore)).status).toBe(401)
  })

  test('[case 16] a key set whose key was replaced by one of another algorithm, or without key ids, is fetched again', async () => {
    publish(without(ownKey().jwk, 'kid'))
    expect(await use(ownKey(), { kid: undefined })).toBe(200)
    const es256 = await createSigningKey('ES256')
    publish(without(es256.jwk, 'kid'))
    expect(await use(es256, { kid: undefined })).toBe(200)
    const rs256 = await createSigningKey()
    publish(without(rs256.jwk, 'kid'))
    expect(await use(rs256, { kid: undefined })).toBe(200)
  })

  test('[case 16] a key set is not fetched without bound for forged signatures, and each of them is refused', async () => {
    expect(await use(ownKey())).toBe(200)
    const forger = await createKeyUnder(ownKey().kid)
    for (let times = 0; times < 15; times += 1) expect(await use(forger)).toBe(401)
    expect(server.issuer.requestsTo('/jwks')).toBeLessThanOrEqual(12)
  })

  test('[case 17] a key set without key ids judges tokens without one; a token that names a key is told so', async () => {
    publish(without(ownKey().jwk, 'kid'))
    expect(await use(ownKey(), { kid: undefined })).toBe(200)
    const refusal = await refusalOf(await server.mint())
    expect(refusal).toMatchObject({ status: 401, reason: 'key_unknown' })
    expect(refusal.says).toContain('names a key (kid) that its issuer does not publish')
  })

  test('[case 17] a key set judges a token without a key id by all of its keys', async () => {
    const other = await createSigningKey()
    server.issuer.keys = [other, ownKey(), await createSigningKey('ES256')]
    for (const key of server.issuer.keys) expect(await use(key, { kid: undefined })).toBe(200)
    expect(await use(await createSigningKey(), { kid: undefined })).toBe(401)
  })

  test('[S9] a key set that was rotated after unsigned requests with unknown key ids makes no good token a bad one', async () => {
    const old = ownKey()
    expect(await use(old)).toBe(200)
    const unsigned = async (kid: string): Promise<number> => {
      const [, claims] = (await server.mint()).split('.')
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url')
      return (await send(`${header}.${String(claims)}.AAAA`)).status
    }
    expect(await unsigned('guess')).toBe(401)
    const next = await createSigningKey()
    server.issuer.keys = [next]
    expect(await use(next)).toBe(200)

    for (let times = 0; times < 12; times += 1) await unsigned(`guess-${times}`)
    expect(server.issuer.requestsTo('/jwks')).toBe(11)
    const last = await createSigningKey()
    server.issuer.keys = [last]
    const response = await send(await server.issuer.mint(server.audience, { key: last }))
    expect(response.status).toBe(503)
    expect(Number(response.get('retry-after'))).toBeGreaterThan(0)
    expect(await use(next)).toBe(200)
  })
  test('[S9] a key set is not fetched for a token that a key at hand has signed under another id', async () => {
    expect(await use(ownKey())).toBe(200)
    for (const kid of ['../../dev/null', '', '__proto__', ownKey().kid.toUpperCase()]) {
      const refusal = await refusalOf(
        await server.issuer.mint(server.audience, { header: { kid } }),
      )
      expect(refusal).toMatchObject({ status: 401, reason: 'key_unknown' })
    }
    expect(server.issuer.requestsTo('/jwks')).toBe(1)
  })
})
