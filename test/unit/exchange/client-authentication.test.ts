import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAuth0Exchanger } from '../../../src/exchange/auth0-exchanger.js'
import {
  parsePrivateKey,
  type ClientAuthentication,
} from '../../../src/exchange/client-authentication.js'
import { createAuthenticator } from '../../../src/exchange/client-authenticator.js'
import { createRfc8693Exchanger } from '../../../src/exchange/rfc8693-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { requestOf } from '../../helpers/exchange-requests.js'
import { thrownBy } from '../outcomes.js'

const ISSUER = 'https://issuer.example/'

/** What a client sends for itself with each of a number of token requests. */
async function sentBy(
  clientAuthentication: ClientAuthentication,
  metadata: Readonly<Record<string, unknown>> = {},
  requests = 1,
) {
  const sent: { body: Record<string, string>; authorization: string | null }[] = []
  const exchanger = createRfc8693Exchanger({
    clientId: 'mcp server',
    clientAuthentication,
    metadata: () =>
      Promise.resolve({
        issuer: ISSUER,
        jwks_uri: `${ISSUER}jwks`,
        token_endpoint: `${ISSUER}token`,
        ...metadata,
      }),
    fetch: (_input, init) => {
      const body = Object.fromEntries(new URLSearchParams(init?.body as URLSearchParams))
      sent.push({ body, authorization: new Headers(init?.headers).get('authorization') })
      return Promise.resolve(Response.json({ access_token: 'x', token_type: 'Bearer' }))
    },
  })
  for (let request = 0; request < requests; request += 1) await exchanger.exchange(requestOf())
  const [first] = sent
  if (first === undefined) throw new Error('nothing was sent')
  return { ...first, sent }
}

const secret = new Secret('s3cr€t+/=: &%')

describe('the exchangers', () => {
  const empty = { secret: new Secret('') }
  const bare = { secret: 'plain' } as unknown as ClientAuthentication
  const metadata = () => Promise.reject(new Error('not called'))

  test.each([
    [empty, 'clientAuthentication.secret: is empty'],
    [bare, "clientAuthentication.secret: must be a Secret: new Secret('…')"],
    [
      { method: 'private_key_jwt' as const, privateKey: new Secret('') },
      'clientAuthentication.privateKey: is empty',
    ],
  ])(
    'the exchangers refuse at once a proof of the client that can be none: %j',
    (clientAuthentication, text) => {
      const options = { clientId: 'mcp-server', clientAuthentication }
      const thrown = [
        thrownBy(() => createAuth0Exchanger(options)),
        thrownBy(() => createRfc8693Exchanger({ ...options, metadata })),
      ]
      for (const error of thrown) {
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toContain(text)
        expect(String(error)).not.toContain('plain')
      }
    },
  )
})

describe('a client secret', () => {
  test('a client secret goes into the header, encoded as RFC 6749 §2.3.1 has it', async () => {
    const { body, authorization } = await sentBy({ method: 'client_secret_basic', secret })
    expect(body).not.toHaveProperty('client_secret')
    const [scheme, encoded = ''] = authorization?.split(' ') ?? []
    expect(scheme).toBe('Basic')
    const [id = '', password = ''] = Buffer.from(encoded, 'base64').toString().split(':')
    const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
    expect([decode(id), decode(password)]).toEqual(['mcp server', secret.reveal()])
  })

  test('a client secret goes into the body where that is set', async () => {
    const { body, authorization } = await sentBy({ method: 'client_secret_post', secret })
    expect(body).toMatchObject({ client_id: 'mcp server', client_secret: secret.reveal() })
    expect(authorization).toBeNull()
  })

  test.each<[string, unknown, 'header' | 'body']>([
    ['does not say', undefined, 'header'],
    ['knows both', ['client_secret_post', 'client_secret_basic'], 'body'],
    ['knows the header alone', ['client_secret_basic'], 'header'],
    ['knows the body alone', ['client_secret_post', 'private_key_jwt'], 'body'],
    ['knows neither', ['private_key_jwt'], 'body'],
    ['says nonsense', 'client_secret_post', 'header'],
  ])('a client secret goes where the server %s', async (_, supported, where) => {
    const metadata = { token_endpoint_auth_methods_supported: supported }
    const { body, authorization } = await sentBy({ secret }, metadata)
    expect(authorization === null ? 'body' : 'header').toBe(where)
    expect('client_secret' in body).toBe(where === 'body')
  })

  test('a client secret goes where it is set, whatever the server says', async () => {
    const metadata = { token_endpoint_auth_methods_supported: ['client_secret_basic'] }
    const { authorization } = await sentBy({ method: 'client_secret_post', secret }, metadata)
    expect(authorization).toBeNull()
  })
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed25519 = generateKeyPairSync('ed25519')

const pem = (pair: typeof rsa, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string =>
  pair.privateKey.export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }).toString()
const jwk = (pair: typeof rsa): string => JSON.stringify(pair.privateKey.export({ format: 'jwk' }))

describe('a private key', () => {
  test.each<[string, string, typeof rsa, string]>([
    ['RSA, PKCS #8', pem(rsa), rsa, 'RS256'],
    ['RSA, PKCS #1', pem(rsa, 'pkcs1'), rsa, 'RS256'],
    ['RSA, JWK', jwk(rsa), rsa, 'RS256'],
    ['P-256, PKCS #8', pem(p256), p256, 'ES256'],
    ['P-256, SEC 1', pem(p256, 'sec1'), p256, 'ES256'],
    ['P-256, JWK with blanks in front', `  ${jwk(p256)}`, p256, 'ES256'],
    ['P-384, PKCS #8', pem(p384), p384, 'ES384'],
    ['Ed25519, PKCS #8', pem(ed25519), ed25519, 'EdDSA'],
    ['Ed25519, JWK', jwk(ed25519), ed25519, 'EdDSA'],
  ])(
    'a private key signs an assertion that the server can verify: %s',
    async (_, text, pair, alg) => {
      const { body, authorization } = await sentBy({
        method: 'private_key_jwt',
        privateKey: new Secret(text),
        keyId: 'key-1',
      })
      expect(authorization).toBeNull()
      expect(body).toMatchObject({
        client_id: 'mcp server',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      })
      expect(body).not.toHaveProperty('client_secret')
      const assertion = body['client_assertion'] ?? ''
      const publicJwk = pair.publicKey.export({ format: 'jwk' }) as JWK
      const { payload, protectedHeader } = await jwtVerify(
        assertion,
        await importJWK(publicJwk, protectedHeaderAlg(assertion)),
        { issuer: 'mcp server', subject: 'mcp server', audience: ISSUER, maxTokenAge: 60 },
      )
      expect(protectedHeader.kid).toBe('key-1')
      expect([alg, 'Ed25519']).toContain(protectedHeader.alg)
      expect(payload.jti).toMatch(/^[\w-]{20,}$/)
      expect((payload.exp ?? Infinity) - (payload.iat ?? 0)).toBeLessThanOrEqual(300)
    },
  )

  test('a private key signs a fresh assertion for every request', async () => {
    const privateKey = new Secret(pem(rsa))
    const { sent } = await sentBy({ method: 'private_key_jwt', privateKey }, {}, 5)
    expect(new Set(sent.map(({ body }) => body['client_assertion'])).size).toBe(5)
  })

  test('a private key names no key id where none is set', async () => {
    const privateKey = new Secret(pem(p256))
    const { body } = await sentBy({ method: 'private_key_jwt', privateKey })
    expect(decodeProtectedHeader(body['client_assertion'] ?? '')).not.toHaveProperty('kid')
  })

  test.each([
    ['nothing', ''],
    ['words', 'not a key at all'],
    ['half of one', pem(rsa).slice(0, 400)],
    ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a public JWK', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))],
    ['JSON that is no key', '{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"}'],
    ['JSON that is none', '{"kty":'],
    ['a key that cannot sign', pem(generateKeyPairSync('x25519'))],
  ])('a private key is refused where it is %s, and quoted nowhere', async (_, text) => {
    const error = thrownBy(() => parsePrivateKey(text))
    expect(error).toBeInstanceOf(TypeError)
    const { message, cause } = error as TypeError
    expect(cause).toBeUndefined()
    expect(message).toContain('neither PEM nor a private JWK')
    if (text.length > 24) expect(message).not.toContain(text.slice(0, 24))
    const authentication = { method: 'private_key_jwt', privateKey: new Secret(text) } as const
    await expect(createAuthenticator(authentication)).rejects.toThrow(TypeError)
  })
})

test('mutual TLS leaves the proof to the connection', async () => {
  const { body, authorization } = await sentBy({ method: 'tls_client_auth' })
  expect(body).toMatchObject({ client_id: 'mcp server' })
  expect(Object.keys(body).filter((name) => /secret|assertion/.test(name))).toEqual([])
  expect(authorization).toBeNull()
})

function protectedHeaderAlg(token: string): string {
  return decodeProtectedHeader(token).alg ?? ''
}
