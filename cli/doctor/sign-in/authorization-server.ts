import { RemoteDocumentError } from '../../../src/http/fetch-json.js'
import { isHttpsOrLoopback, isSecureUrl } from '../../../src/http/secure-url.js'
import { fetchIssuerMetadata, type IssuerMetadata } from '../../../src/identity/issuer-metadata.js'
import { printable } from '../../printable.js'
import { CHECK_TIMEOUT_MS, locationsOf, type Deployment } from '../deployment.js'
import { visitingFetch, visitText, type DocumentVisit } from '../document-visits.js'
import { ok, warning, wrong, type Observation } from '../finding.js'

/** An authorization server, as a client that knows nothing but its issuer finds it. */
export interface AuthorizationServer {
  readonly issuer: string
  /** With both endpoints that a sign-in needs. */
  readonly metadata: IssuerMetadata
  /** Plain http is allowed on any host by a setting. */
  readonly dangerouslyAllowHttp: boolean
}

/** What a sign-in needs of a deployment. */
export interface SignInPlace extends Pick<Deployment, 'fetch' | 'clock' | 'provider'> {
  /** Absent where nobody has settings: no issuer may be plain http then, but on this machine. */
  readonly config?: Deployment['config'] | undefined
}

const CHECK = 'sign_in.metadata'

/**
 * Finds an authorization server's metadata at the addresses that MCP clients ask, in their order (MCP authorization,
 * 2026-07-28): RFC 8414 before OpenID Connect Discovery. Settings that name another address do not count: no client
 * has them.
 */
export async function findAuthorizationServer(
  issuer: string,
  deployment: SignInPlace,
): Promise<{ readonly finding: Observation; readonly found?: AuthorizationServer }> {
  const locations = deployment.config === undefined ? [] : locationsOf(deployment.config)
  const location = locations.find((one) => one.issuer === issuer)
  const dangerouslyAllowHttp = location?.dangerouslyAllowHttp === true
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || !(dangerouslyAllowHttp || isHttpsOrLoopback(url))) {
    return {
      finding: unusable(`The server sends clients to ${printable(issuer)}, which is no https URL.`),
    }
  }
  const visits: DocumentVisit[] = []
  const fetch = visitingFetch(deployment.fetch, deployment.clock, visits)
  try {
    const metadata = await firstOf(clientMetadataUrls(url), (metadataUrl) =>
      fetchIssuerMetadata(issuer, {
        ...{ metadataUrl, fetch, timeoutMs: CHECK_TIMEOUT_MS, dangerouslyAllowHttp },
        ignoreKeys: true,
      }),
    )
    const found = { issuer, metadata, dangerouslyAllowHttp }
    const fault = faultOf(found)
    if (fault !== undefined) return { finding: unusable(fault) }
    return { finding: judged(metadata, visits), found }
  } catch (error) {
    if (!(error instanceof RemoteDocumentError)) throw error
    return { finding: notFound(error, visits) }
  }
}

/** Where MCP clients look, in their order. Without a path, two of the addresses are the same. */
export function clientMetadataUrls({ origin, pathname }: URL): readonly string[] {
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  return [...new Set(urls)]
}

/** Clients go on to the next address where there is nothing, and stop where there is something that they cannot use. */
async function firstOf<T>(
  urls: readonly string[],
  attempt: (url: string) => Promise<T>,
): Promise<T> {
  let missed: unknown
  for (const url of urls) {
    try {
      return await attempt(url)
    } catch (error) {
      if (!isMiss(error)) throw error
      missed ??= error
    }
  }
  throw missed
}

function isMiss(error: unknown): boolean {
  return (
    error instanceof RemoteDocumentError &&
    error.reason === 'unexpected_status' &&
    ((error.status ?? 500) < 500 || error.status === 502)
  )
}

/** What makes a client turn away. */
function faultOf(server: AuthorizationServer): string | undefined {
  const { metadata } = server
  const unsafe = (['authorization_endpoint', 'token_endpoint'] as const).find(
    (name) => !isEndpoint(metadata[name], server),
  )
  if (unsafe !== undefined) {
    return `The metadata names no ${unsafe} that is https${metadata[unsafe] === undefined ? '' : `, but ${printable(metadata[unsafe])}`}.`
  }
  if (lacks(metadata['response_types_supported'], 'code')) {
    return 'The metadata does not list the response type code.'
  }
  return lacks(metadata['code_challenge_methods_supported'], 'S256')
    ? 'The metadata does not list S256 among its code challenge methods (PKCE), without which no MCP client signs in.'
    : undefined
}

/** Whether a client may be sent to an endpoint of the metadata, or send something there. */
export function isEndpoint(
  value: unknown,
  { issuer, dangerouslyAllowHttp }: AuthorizationServer,
): value is string {
  return (
    typeof value === 'string' &&
    URL.canParse(value) &&
    isSecureUrl(value, { issuer, dangerouslyAllowHttp })
  )
}

/** A list that is absent lacks nothing. */
function lacks(list: unknown, entry: string): boolean {
  return list !== undefined && !(Array.isArray(list) && list.includes(entry))
}

function judged(metadata: IssuerMetadata, visits: readonly DocumentVisit[]): Observation {
  const at = printable(visits.at(-1)?.url)
  if (metadata['code_challenge_methods_supported'] === undefined) {
    return warning(
      CHECK,
      `${at} does not say that the server supports PKCE. Strict MCP clients refuse it for that.`,
      'Have the authorization server list S256 in code_challenge_methods_supported of its metadata.',
    )
  }
  return ok(CHECK, `Clients find the authorization server's metadata at ${at}.`)
}

function notFound(error: RemoteDocumentError, visits: readonly DocumentVisit[]): Observation {
  const fault = visits.find((visit) => visit.fault !== undefined)?.fault
  if (fault !== undefined) {
    return {
      ...unusable(`${visits.map(visitText).join('; ')}.`, fault.hint),
      networkCause: fault.cause,
    }
  }
  if (error.reason === 'invalid') {
    return unusable(`${printable(error.url)} cannot be used: ${printable(error.why)}.`)
  }
  return unusable(`${visits.map(visitText).join('; ')}.`)
}

function unusable(
  message: string,
  hint = 'Clients know the issuer alone, and none of your settings: have the authorization server serve its metadata at the standard addresses (RFC 8414, OpenID Connect Discovery).',
): Observation {
  return { ...wrong(CHECK, message, hint), explainedBy: ['issuer.metadata'] }
}
