import { createSelfSignedCertificate } from './self-signed-certificate.js'
import { serveTls, trustingFetch } from './serve-tls.js'
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
  const listening = await serveTls(certificate)
  const issuer = `https://localhost:${listening.port}/`
  // An Action fetches the keys from here.
  const { fetch = trustingFetch(certificate.cert) } = options
  const authorizationServer = await createTestAuthorizationServer({ ...options, fetch, issuer })
  listening.attach(authorizationServer.handler)
  return {
    ...authorizationServer,
    ca: certificate.cert,
    close: () => listening.close(),
  }
}
