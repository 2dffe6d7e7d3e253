import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { createSelfSignedCertificate } from '../../../apps/authorization-server/testing/self-signed-certificate.js'
import { Secret } from '../../../src/secret.js'
import { createApp } from '../../../src/server/app.js'
import { serve } from '../../../src/server/serve.js'
import { signInAtOnce, callbackFor } from '../../helpers/page-stand.js'
import { PageVisitor } from '../../helpers/page-visitor.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { json, TestIssuer } from '../../helpers/test-issuer.js'
import { CLIENT_ID, CLIENT_SECRET } from '../../helpers/exchange-answers.js'

test.each([
  ['the one that the settings name', 'page-client', 'page-secret'],
  ['else the one that exchanges tokens', undefined, undefined],
])('people sign in to the page as users of a client: %s', async (_name, id, secret) => {
  const server = await startMcpServer({
    environment: {
      CONFIRMATION_PAGE: 'always',
      CONFIRMATION_CLIENT_ID: id,
      CONFIRMATION_CLIENT_SECRET: secret,
    },
  })
  signInAtOnce(server.issuer, () => ({}), id ?? CLIENT_ID)
  const visitor = new PageVisitor(server.origin)
  const url = `${server.origin}/confirm/${'A'.repeat(43)}`
  const { location = '' } = await visitor.get(url)
  const { searchParams } = new URL(location)
  expect(searchParams.get('client_id')).toBe(id ?? CLIENT_ID)
  expect(searchParams.get('redirect_uri')).toBe(`${server.origin}/confirm/callback`)
  const answer = await visitor.get(callbackFor(location))
  expect([answer.status, answer.location]).toEqual([303, url])
  const { headers = {} } = server.issuer.tokenRequests[0] ?? {}
  // client_secret_basic is form-encoded (RFC 6749 §2.3.1).
  const basic = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64')
  const [sentId = '', sentSecret = ''] = basic.toString().split(':').map(decodeURIComponent)
  expect([sentId, sentSecret]).toEqual([id ?? CLIENT_ID, secret ?? CLIENT_SECRET])
})

test('a client that proves itself by mutual TLS presents its certificate when a person signs in', async () => {
  const issuer = await TestIssuer.startTls()
  signInAtOnce(issuer, () => ({}), CLIENT_ID)
  const { cert, key } = await createSelfSignedCertificate()
  const server = await startMcpServer({
    issuer,
    environment: {
      CONFIRMATION_PAGE: 'always',
      CA_CERTIFICATES: issuer.ca,
      MCP_AUTH0_CLIENT_SECRET: undefined,
      MCP_AUTH0_CLIENT_CERTIFICATE: cert,
      MCP_AUTH0_CLIENT_PRIVATE_KEY: key,
    },
  })
  const visitor = new PageVisitor(server.origin)
  const url = `${server.origin}/confirm/${'A'.repeat(43)}`
  const { location = '' } = await visitor.get(url)
  const answer = await visitor.get(callbackFor(location))
  expect([answer.status, answer.location]).toEqual([303, url])
  expect(issuer.tokenRequests).toHaveLength(1)
  expect(issuer.tokenRequests[0]).toMatchObject({
    certificate: new X509Certificate(cert).fingerprint256,
  })
  expect(issuer.tokenRequests[0]?.headers.authorization).toBeUndefined()
})

test.each([
  ['entra', 'PS256'],
  ['generic', 'RS256'],
] as const)(
  'the assertion of a client is as the authorization server wants it (%s), unless the client says otherwise',
  async (identityProvider, algorithm) => {
    const issuer = await TestIssuer.start()
    signInAtOnce(issuer)
    // Issuers of Entra have the id of their tenant.
    const named = `${issuer.issuer}11111111-2222-3333-4444-555555555555/v2.0`
    issuer.metadataResponder = (_req, res) => {
      const of = (path: string) => issuer.issuer + path
      json(res, 200, {
        ...{ issuer: named, jwks_uri: of('jwks'), token_endpoint: of('token') },
        authorization_endpoint: of('authorize'),
      })
    }
    const metadataUrl = `${issuer.issuer}.well-known/openid-configuration`
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const own = { method: 'private_key_jwt', privateKey: new Secret(pem) } as const
    for (const [said, expected] of [
      [{}, algorithm],
      [{ algorithm: 'PS256' }, 'PS256'],
    ] as const) {
      const listening = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
      const origin = `http://localhost:${listening.port}`
      const app = createApp({
        ...{ endpoint: new URL('/mcp', origin), issuer: named, metadataUrl, identityProvider },
        ...{ client: { id: 'exchanges', secret: new Secret('s') }, apis: {}, tools: [] },
        tokenAudience: 'exchanges',
        confirmationPage: { use: 'always', client: { id: 'pages', ...own, ...said } },
      })
      listening.attach(app.express)
      onTestFinished(() => app.close())
      onTestFinished(() => listening.close())
      const visitor = new PageVisitor(origin)
      const { location = '' } = await visitor.get(`${origin}/confirm/${'A'.repeat(43)}`)
      await visitor.get(callbackFor(location))
      const assertion = issuer.tokenRequests.at(-1)?.parameters.get('client_assertion') ?? ''
      const aud = identityProvider === 'entra' ? `${issuer.issuer}token` : named
      expect(decodeProtectedHeader(assertion).alg).toBe(expected)
      expect(decodeJwt(assertion)).toMatchObject({ sub: 'pages', aud })
    }
  },
)
