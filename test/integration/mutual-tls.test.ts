import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { createSelfSignedCertificate } from '../../apps/authorization-server/testing/self-signed-certificate.js'
import { createRfc8693Exchanger } from '../../src/exchange/rfc8693-exchanger.js'
import { createOutgoingFetch } from '../../src/http/outgoing-fetch.js'
import { callerFromClaims } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'

test('the token request presents the client certificate, and no secret', async () => {
  const [ours, theirs] = await Promise.all([
    createSelfSignedCertificate(),
    createSelfSignedCertificate(),
  ])
  const seen: { fingerprint: string; body: string }[] = []
  const server = createServer({ ...theirs, requestCert: true, rejectUnauthorized: false })
  server.on('request', (req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      const peer = req.socket instanceof TLSSocket ? req.socket.getPeerCertificate() : undefined
      seen.push({ fingerprint: peer?.fingerprint256 ?? '', body })
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(
        JSON.stringify({
          access_token: 'exchanged',
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
        }),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}/`
  const outgoing = createOutgoingFetch({
    clientCertificate: { certificate: ours.cert, key: new Secret(ours.key) },
    certificateAuthorities: [theirs.cert],
  })
  const exchanger = createRfc8693Exchanger({
    metadata: () =>
      Promise.resolve({ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` }),
    clientId: 'the-client',
    clientAuthentication: { method: 'tls_client_auth' },
    fetch: outgoing.fetch,
  })
  const caller = callerFromClaims({ iss: issuer, sub: 'u', client_id: 'c', exp: 4_000_000_000 })
  const exchanged = await exchanger.exchange({
    caller,
    subjectToken: new Secret('subject'),
    audience: 'https://api.example/',
    scopes: [],
  })
  expect(exchanged.token.reveal()).toBe('exchanged')
  expect(seen).toHaveLength(1)
  expect(seen[0]?.fingerprint).toBe(new X509Certificate(ours.cert).fingerprint256)
  expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({
    client_id: 'the-client',
  })
  expect(seen[0]?.body).not.toContain('client_secret')
  await outgoing.close()
  server.closeAllConnections()
  server.close()
})
