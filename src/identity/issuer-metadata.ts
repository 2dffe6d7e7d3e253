import { z } from 'zod'
import { fetchJson, RemoteDocumentError, type FetchJsonOptions } from './fetch-json.js'
import { isSecureUrl } from './secure-url.js'

/** What we use of an authorization server's metadata (RFC 8414 §2). Other members pass through. */
export interface IssuerMetadata {
  readonly issuer: string
  readonly jwks_uri: string
  readonly token_endpoint?: string | undefined
  readonly [member: string]: unknown
}

const METADATA = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url(),
  token_endpoint: z.url().optional(),
})

/**
 * The addresses at which an issuer's metadata may live, in the order to try them.
 *
 * OpenID Connect Discovery §4 appends to the issuer; RFC 8414 §3.1 inserts before its path.
 */
export function metadataUrls(issuer: string): readonly [string, string] {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/**
 * Fetches and checks an issuer's metadata; throws a `RemoteDocumentError` otherwise.
 *
 * The `issuer` member must equal `issuer` byte for byte (RFC 8414 §3.3), and the endpoints must be
 * https, or http on loopback where the issuer itself is that. The second address is tried only when the
 * first answers 404.
 */
export async function fetchIssuerMetadata(
  issuer: string,
  options: FetchJsonOptions,
): Promise<IssuerMetadata> {
  const [openid, oauth] = metadataUrls(issuer)
  const [url, document] = await fetchJson(openid, options).then(
    (found) => [openid, found] as const,
    async (error: unknown) => {
      if (!(error instanceof RemoteDocumentError) || error.status !== 404) throw error
      return [oauth, await fetchJson(oauth, options)] as const
    },
  )
  const parsed = METADATA.safeParse(document)
  if (!parsed.success) throw new RemoteDocumentError('invalid', url, { cause: parsed.error })
  assertTrustworthy(parsed.data, issuer, url)
  return parsed.data
}

function assertTrustworthy(metadata: z.infer<typeof METADATA>, issuer: string, url: string): void {
  if (metadata.issuer !== issuer) {
    const slash =
      metadata.issuer.replace(/\/$/, '') === issuer.replace(/\/$/, '')
        ? '; they differ by a trailing slash only, so configure the issuer exactly as the server writes it'
        : ''
    const cause = new Error(
      `configured issuer is ${issuer}, the server calls itself ${metadata.issuer.slice(0, 200)}${slash}`,
    )
    throw new RemoteDocumentError('invalid', url, { cause })
  }
  for (const member of ['jwks_uri', 'token_endpoint'] as const) {
    const endpoint = metadata[member]
    if (endpoint !== undefined && !isSecureUrl(endpoint, issuer)) {
      const cause = new Error(`${member} is neither https nor on the loopback of a loopback issuer`)
      throw new RemoteDocumentError('invalid', url, { cause })
    }
  }
}
