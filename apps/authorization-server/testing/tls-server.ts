import { once } from 'node:events'
import { createServer } from 'node:https'
import { createSelfSignedCertificate } from './self-signed-certificate.js'
import { trustingFetch } from './serve-tls.js'
import {
  type TestAuthorizationServer,
  type TestAuthorizationServerOptions,
  createTestAuthorizationServer,
} from './test-server.js'

/** An authorization server that listens, at an address that only those who trust `ca` will call. */
export interface TlsAuthorizationServer extends TestAuthorizationServer {
  /** The server's certificate in PEM: the `ca` of a client. */
  readonly ca: string
  close(): Promise<void>
}

/**
 * Starts an authorization server at `https://localhost:<port>/`, on a free port of the loopback
 * interface, with a certificate of its own.
 *
 * For tests of clients that insist on https, as Auth0's SDKs do, and of Actions. `fetch` defaults to one that trusts this
 * server alone.
 */
export async function startTlsAuthorizationServer(
  options: Omit<TestAuthorizationServerOptions, 'issuer'>,
): Promise<TlsAuthorizationServer> {
  const certificate = await createSelfSignedCertificate()
  const server = createServer(certificate).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const issuer = `https://localhost:${port}/`
  // An Action fetches the keys from here.
  const { fetch = trustingFetch(certificate.cert) } = options
  const authorizationServer = await createTestAuthorizationServer({ ...options, fetch, issuer })
  server.on('request', authorizationServer.handler)
  return {
    ...authorizationServer,
    ca: certificate.cert,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
