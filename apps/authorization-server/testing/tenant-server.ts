import type { IncomingMessage, RequestListener } from 'node:http'
import type { AuthorizationServerEvent } from '../events.js'
import { replayRequest } from '../replay-request.js'
import { readBody } from '../request-body.js'
import { directoryOf } from './directory-of.js'
import { json } from './management/json.js'
import { type ManagementStandIn, createManagementApi } from './management/management-api.js'
import { createSelfSignedCertificate } from './self-signed-certificate.js'
import { serveTls, trustingFetch } from './serve-tls.js'
import {
  type Switches,
  type TestAuthorizationServer,
  createTestAuthorizationServer,
} from './test-server.js'

/** A tenant as others see it: what the Management API writes is what users sign in by. */
export interface TenantServer extends ManagementStandIn {
  /** `https://<domain>/`. */
  readonly issuer: string
  /** The server's certificate in PEM: the `ca` of a client. */
  readonly ca: string
  readonly authorizationServer: TestAuthorizationServer
  /** What has happened at the authorization server. */
  readonly events: readonly AuthorizationServerEvent[]
}

export interface TenantServerOptions {
  /** Where the authorization server differs from the documented. */
  readonly switches?: Partial<Switches> | undefined
  /** Client ID metadata documents by their addresses, as they would be on the internet. Default: none. */
  readonly documents?: Readonly<Record<string, object>> | undefined
  /** The clock of limits, in epoch milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * Starts an empty Auth0 tenant at `https://localhost:<port>/`: the Management API below `/api/v2`, its tokens by client
 * credentials, and everything else an authorization server over the same objects.
 *
 * The authorization server looks at the tenant before each request, so a test may also change `tenant` itself. While the tenant
 * contradicts itself, requests to the authorization server are answered with 500 and what is wrong.
 */
export async function startTenantServer(options: TenantServerOptions = {}): Promise<TenantServer> {
  const certificate = await createSelfSignedCertificate()
  const server = await serveTls(certificate)
  const domain = `localhost:${server.port}`
  const trusting = trustingFetch(certificate.cert)
  const address = { domain, fetch: trusting, close: () => server.close() }
  const management = createManagementApi(address, { now: options.now })
  const issuer = `https://${domain}/`
  const events: AuthorizationServerEvent[] = []
  const authorizationServer = await createTestAuthorizationServer({
    issuer,
    directory: directoryOf(management.tenant),
    log: (event) => events.push(event),
    fetch: (input, init) => {
      const document = options.documents?.[input instanceof Request ? input.url : input.toString()]
      return document === undefined
        ? trusting(input, init)
        : Promise.resolve(Response.json(document))
    },
    now: options.now,
    switches: options.switches,
  })
  const handler = tenantHandler(management, authorizationServer)
  server.attach(handler)
  return Object.assign(management, {
    ...{ issuer, ca: certificate.cert, authorizationServer, events, handler },
  })
}

function tenantHandler(
  management: ManagementStandIn,
  authorizationServer: TestAuthorizationServer,
): RequestListener {
  const { handler: manage, tenant } = management
  let seen = ''
  const signIn: RequestListener = (request, response) => {
    const now = JSON.stringify(tenant)
    try {
      if (now !== seen) authorizationServer.useDirectory(directoryOf(tenant))
      seen = now
    } catch (error) {
      json(response, 500, { error: 'server_error', error_description: String(error) })
      return
    }
    authorizationServer.handler(request, response)
  }
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://localhost')
    if (pathname.startsWith('/api/v2/')) manage(request, response)
    else if (pathname !== '/oauth/token' || request.method !== 'POST') signIn(request, response)
    else {
      void readBody(request).then((body) => {
        const serve = isForMachine(request, body) ? manage : signIn
        serve(replayRequest(request, body), response)
      })
    }
  }
}

function isForMachine({ headers }: IncomingMessage, body: Buffer): boolean {
  const text = body.toString()
  if (headers['content-type']?.includes('json') !== true) {
    return new URLSearchParams(text).get('grant_type') === 'client_credentials'
  }
  return /"grant_type"\s*:\s*"client_credentials"/.test(text)
}
