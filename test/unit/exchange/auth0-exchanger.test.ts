import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAuth0Exchanger } from '../../../src/exchange/auth0-exchanger.js'
import type { ClientAuthentication } from '../../../src/exchange/client-authentication.js'
import { Secret } from '../../../src/secret.js'
import { requestOf, revealed } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

test.each([
  ['http://issuer.example/', 'issuer_not_https', undefined],
  [
    'https://issuer.example/oauth2/api',
    'issuer_has_path',
    'Use createRfc8693Exchanger for an issuer with a path.',
  ],
])(
  'an exchange at %s, which the SDK would make elsewhere, is refused before anything is sent',
  async (issuer, reason, hint) => {
    let sent = 0
    const exchanger = createAuth0Exchanger({
      clientId: 'mcp-server',
      clientAuthentication: { secret: new Secret('a-secret-of-the-client') },
      issuer,
      fetch: () => {
        sent += 1
        return Promise.reject(new TypeError('must not be asked'))
      },
    })
    const { code, details } = await failureOf(exchanger.exchange(requestOf()))
    expect([code, details.reason]).toEqual(['exchange_misconfigured', reason])
    expect(details.log?.['hint']).toBe(hint)
    expect(sent).toBe(0)
  },
)

/** Exchanges at an issuer whose documents and token endpoint are behind `fetch`, and notes what came there. */
function setUp(host: string, clientAuthentication: ClientAuthentication) {
  const issuer = `https://${host}/`
  const sent: {
    readonly url: string
    readonly form: URLSearchParams
    readonly headers: Headers
  }[] = []
  const exchanger = createAuth0Exchanger({
    clientId: 'mcp-server',
    clientAuthentication,
    issuer,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      if (request.method === 'GET') return Response.json(documentOf(issuer))
      const form = new URLSearchParams(await request.text())
      sent.push({ url: request.url, form, headers: request.headers })
      return Response.json({
        access_token: 'exchanged',
        token_type: 'Bearer',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        expires_in: 600,
      })
    },
  })
  return { issuer, sent, exchange: () => exchanger.exchange(requestOf()) }
}

function documentOf(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    token_endpoint: `${issuer}oauth/token`,
    mtls_endpoint_aliases: { token_endpoint: `${issuer}mtls/oauth/token` },
  }
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed25519 = generateKeyPairSync('ed25519')

describe('our client at Auth0', () => {
  test.each<[string, typeof rsa, readonly string[]]>([
    ['RSA', rsa, ['RS256']],
    ['P-256', p256, ['ES256']],
    ['P-384', p384, ['ES384']],
    ['Ed25519', ed25519, ['EdDSA', 'Ed25519']],
  ])(
    'our client at Auth0 proves itself by an assertion that its key has signed: %s',
    async (name, { privateKey, publicKey }, algorithms) => {
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const { issuer, sent, exchange } = setUp(`${name.toLowerCase()}.keys.example`, {
        method: 'private_key_jwt',
        privateKey: new Secret(pem),
      })
      expect(revealed(await exchange())).toBe('exchanged')
      const [request] = sent
      const assertion = request?.form.get('client_assertion') ?? ''
      const { alg = '' } = decodeProtectedHeader(assertion)
      expect(algorithms).toContain(alg)
      const verifying = await importJWK(publicKey.export({ format: 'jwk' }) as JWK, alg)
      const { payload } = await jwtVerify(assertion, verifying, { issuer: 'mcp-server' })
      expect(payload).toMatchObject({ sub: 'mcp-server', aud: issuer })
      expect(request?.url).toBe(`${issuer}oauth/token`)
      expect(request?.form.has('client_secret')).toBe(false)
    },
  )

  test('our client at Auth0 leaves its proof to the connection, at the endpoint for mutual TLS, where that is set', async () => {
    const { issuer, sent, exchange } = setUp('mtls.keys.example', { method: 'tls_client_auth' })
    expect(revealed(await exchange())).toBe('exchanged')
    const [request] = sent
    expect(request?.url).toBe(`${issuer}mtls/oauth/token`)
    expect(request?.form.get('client_id')).toBe('mcp-server')
    const names = [...(request?.form.keys() ?? []), ...(request?.headers.keys() ?? [])]
    expect(names.filter((name) => /secret|assertion|authorization/.test(name))).toEqual([])
  })

  test('our client at Auth0 sends nothing where its key cannot be used: that is a matter of configuration', async () => {
    const { sent, exchange } = setUp('bad.keys.example', {
      method: 'private_key_jwt',
      privateKey: new Secret('no key at all'),
    })
    const { code, details, cause } = await failureOf(exchange())
    expect([code, details.reason]).toEqual(['exchange_misconfigured', 'client_key_unusable'])
    expect(cause).toBeInstanceOf(TypeError)
    expect(sent).toEqual([])
  })
})
