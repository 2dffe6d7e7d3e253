import { z } from 'zod'
import { scrubUrl } from '../logging/scrub.js'
import { fetchJson, RemoteDocumentError, type FetchJsonOptions } from '../http/fetch-json.js'
import { isSecureUrl } from '../http/secure-url.js'
import { withDeadline } from '../time/call-deadline.js'

/** What we use of an authorization server's metadata (RFC 8414 §2). Other members pass through. */
export interface IssuerMetadata {
  readonly issuer: string
  /** Absent only where the keys are configured to be elsewhere. */
  readonly jwks_uri?: string | undefined
  readonly token_endpoint?: string | undefined
  readonly [member: string]: unknown
}

/** How `fetchIssuerMetadata` reaches an issuer, and what it insists on. */
export interface IssuerMetadataOptions extends FetchJsonOptions {
  /** The one address of the document. Default: those of the specifications. */
  readonly metadataUrl?: string | undefined
  /** The keys are configured to be elsewhere: `jwks_uri` is neither needed nor looked at. Default false. */
  readonly ignoreKeys?: boolean | undefined
  /** Accept endpoints over plain http on any host. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

const NAMED = z.looseObject({ issuer: z.string() })
const MTLS_ALIASES = z.looseObject({ token_endpoint: z.url().optional() }).optional()
const METADATA = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url().optional(),
  token_endpoint: z.url().optional(),
  mtls_endpoint_aliases: MTLS_ALIASES,
})
type Metadata = z.infer<typeof METADATA>

/**
 * The addresses at which an issuer's metadata may live, in the order to try them.
 *
 * OpenID Connect Discovery §4 appends to the issuer, RFC 8414 §3.1 inserts before its path. Servers combine each
 * document with either way (RFC 8414 §5), so all four are tried; without a path they are two.
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/oauth-authorization-server`,
  ]
  return [...new Set(urls)]
}

/**
 * Fetches and checks an issuer's metadata; rejects with a `RemoteDocumentError`. `timeoutMs` bounds the whole search.
 *
 * Its `issuer` must equal `issuer` byte for byte (RFC 8414 §3.3), and its endpoints must satisfy `isSecureUrl`. An
 * address without a metadata document leads to the next address. An unacceptable document or an outage ends the
 * search: an outage must not select another document.
 */
export function fetchIssuerMetadata(
  issuer: string,
  options: IssuerMetadataOptions,
): Promise<IssuerMetadata> {
  return options.deadline === undefined
    ? withDeadline(options.timeoutMs, (deadline) => search(issuer, { ...options, deadline }))
    : search(issuer, options)
}

async function search(issuer: string, options: IssuerMetadataOptions): Promise<IssuerMetadata> {
  const urls = options.metadataUrl === undefined ? metadataUrls(issuer) : [options.metadataUrl]
  const misses: RemoteDocumentError[] = []
  for (const url of urls) {
    try {
      return await fetchFrom(url, issuer, options)
    } catch (error) {
      if (!(error instanceof RemoteDocumentError) || !isMiss(error)) throw error
      misses.push(error)
    }
  }
  throw mostTelling(misses)
}

async function fetchFrom(
  url: string,
  issuer: string,
  options: IssuerMetadataOptions,
): Promise<IssuerMetadata> {
  const document = await fetchJson(url, options)
  if (!NAMED.safeParse(document).success) {
    throw new NoMetadataError(url, 'the document there names no issuer')
  }
  const parsed = METADATA.safeParse(document)
  if (!parsed.success) {
    const members = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ')
    throw invalid(url, `not as RFC 8414 describes it: ${members}`)
  }
  assertIssuer(parsed.data, issuer, url)
  if (options.ignoreKeys !== true && parsed.data.jwks_uri === undefined) {
    throw new NoMetadataError(url, 'the document there has no jwks_uri')
  }
  assertEndpoints(parsed.data, url, { ...options, issuer })
  return parsed.data
}

/** The address has something, but no metadata document that we could use. */
class NoMetadataError extends RemoteDocumentError {
  constructor(url: string, why: string) {
    super('invalid', url, { why })
  }
}

function isMiss(error: RemoteDocumentError): boolean {
  if (error.reason === 'unexpected_status') return (error.status ?? 500) < 500
  return (
    error.reason === 'not_json' || error.reason === 'too_large' || error instanceof NoMetadataError
  )
}

/** A redirect says where the document may be; else the first address is the one that people know. */
function mostTelling(misses: readonly RemoteDocumentError[]): unknown {
  return misses.find(({ location }) => location !== undefined) ?? misses[0]
}

function assertIssuer(metadata: Metadata, issuer: string, url: string): void {
  if (metadata.issuer === issuer) return
  const seen = scrubUrl(metadata.issuer, 200) ?? ''
  throw invalid(
    url,
    `configured issuer is ${issuer}, the server calls itself ${seen}${adviceOn(seen, issuer)}`,
  )
}

function adviceOn(seen: string, issuer: string): string {
  if (isTemplate(seen)) {
    return `; that is a template for many tenants, which is not supported: configure the issuer of your own tenant`
  }
  return seen.replace(/\/$/, '') === issuer.replace(/\/$/, '')
    ? '; they differ by a trailing slash only, so configure the issuer exactly as the server writes it'
    : ''
}

/** Whether an issuer is a template as multi-tenant servers publish it, with `{tenantid}` in it. */
export function isTemplate(issuer: string): boolean {
  return /[{}]|%7[bd]/i.test(issuer)
}

function assertEndpoints(
  metadata: Metadata,
  url: string,
  options: IssuerMetadataOptions & { readonly issuer: string },
): void {
  const endpoints: readonly (readonly [string, string | undefined])[] = [
    ['jwks_uri', options.ignoreKeys === true ? undefined : metadata.jwks_uri],
    ['token_endpoint', metadata.token_endpoint],
    ['mtls_endpoint_aliases.token_endpoint', metadata.mtls_endpoint_aliases?.token_endpoint],
  ]
  for (const [member, endpoint] of endpoints) {
    if (endpoint !== undefined && !isSecureUrl(endpoint, options)) {
      throw invalid(
        url,
        `${member} is neither https nor, for an issuer over http, on its own host (DANGEROUSLY_ALLOW_HTTP permits other hosts in a closed test network)`,
      )
    }
  }
}

function invalid(url: string, why: string): RemoteDocumentError {
  return new RemoteDocumentError('invalid', url, { why })
}
