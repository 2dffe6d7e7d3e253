import * as openid from 'openid-client'
import type { Fetch } from '../http/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import type { Authenticator } from './client-authenticator.js'

/** Our client, as it proves itself to the token endpoint. */
export interface ExchangingClient {
  readonly clientId: string
  readonly authenticate: Authenticator
  /** Prefer the endpoints that the server keeps for mutual TLS (RFC 8705 §5). */
  readonly mutualTls: boolean
}

/** One configuration per request: it carries the `fetch` of this request, with its deadline and signal. */
export function openidConfiguration(
  metadata: IssuerMetadata,
  client: ExchangingClient,
  fetch: Fetch,
): openid.Configuration {
  const configured = new openid.Configuration(
    metadata as openid.ServerMetadata,
    client.clientId,
    { use_mtls_endpoint_aliases: client.mutualTls },
    client.authenticate(metadata),
  )
  configured[openid.customFetch] = fetch as openid.CustomFetch
  // Which plain-http issuers are acceptable has been decided by the configuration.
  if (new URL(metadata.token_endpoint ?? metadata.issuer).protocol === 'http:') {
    openid.allowInsecureRequests(configured)
  }
  return configured
}
