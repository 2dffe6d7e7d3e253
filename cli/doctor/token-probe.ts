import * as openid from 'openid-client'
import { createAuthenticator, type Authenticator } from '../../src/exchange/client-authenticator.js'
import type { ExchangeRefusal } from '../../src/exchange/refusal-reader.js'
import { openidConfiguration } from '../../src/exchange/openid-configuration.js'
import { captureResponse, refusalIn } from '../../src/exchange/token-response.js'
import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { USER_AGENT } from '../../src/version.js'
import type { ClientProbe } from './client-probes.js'
import { CHECK_TIMEOUT_MS, type Deployment } from './deployment.js'
import { networkFault, type NetworkFault } from './network-fault.js'

/** How a token endpoint answered a request that could not succeed. */
export type ProbeAnswer =
  /** No answer arrived. */
  | { readonly kind: 'unreachable'; readonly fault: NetworkFault }
  /** It succeeded all the same. */
  | { readonly kind: 'granted' }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly error: string | undefined
      /** As it came; its text is for no report. */
      readonly refusal: ExchangeRefusal
    }

/** Sends one token request as our client, and keeps of the answer what it was and nothing else. */
export async function probeTokenEndpoint(
  metadata: IssuerMetadata,
  { grantType, parameters }: ClientProbe,
  { config, exchangeFetch }: Deployment,
): Promise<ProbeAnswer> {
  const { clientId, clientAuthentication } = config.exchange
  const authenticate: Authenticator = await createAuthenticator(clientAuthentication)
  const capture = captureResponse({
    fetch: exchangeFetch,
    signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    userAgent: USER_AGENT,
  })
  const mutualTls = clientAuthentication.method === 'tls_client_auth'
  const client = openidConfiguration(metadata, { clientId, authenticate, mutualTls }, capture.fetch)
  // Whatever the library makes of the answer: the answer itself counts.
  const failure: unknown = await openid
    .genericGrantRequest(client, grantType, { ...parameters })
    .catch((error: unknown) => error)
  const answer = capture.answer()
  if (answer === undefined) {
    const url = new URL(metadata.token_endpoint ?? metadata.issuer)
    return { kind: 'unreachable', fault: networkFault(failure, url) }
  }
  const refusal: ExchangeRefusal | undefined = refusalIn(answer)
  if (refusal === undefined) return { kind: 'granted' }
  return { kind: 'refused', status: refusal.status, error: codeOf(refusal.error), refusal }
}

/** An error code is made of letters and underscores; anything else is not repeated. */
function codeOf(error: string | undefined): string | undefined {
  return error !== undefined && /^[a-z_]{1,60}$/i.test(error) ? error : undefined
}
