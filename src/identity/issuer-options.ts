import { isHttpsOrLoopback } from '../http/secure-url.js'
import type { Issue } from '../options/with-issues.js'

interface CheckedOptions {
  readonly issuer: string
  readonly metadataUrl?: string | undefined
  readonly jwksUrl?: string | undefined
  readonly dangerouslyAllowHttp?: boolean | undefined
}

/** What to say of an issuer with `{tenantid}` in it, wherever it was configured. */
export const TEMPLATE_ISSUER =
  "is a template for many tenants, which is not supported: write the issuer of your own tenant, with the tenant's id in place of the braces"

/** What is wrong with the configured addresses of metadata and keys, by the names of the options. */
export function documentUrlIssues(options: unknown): readonly Issue[] {
  const { dangerouslyAllowHttp, ...urls } = (options ?? {}) as Readonly<Record<string, unknown>>
  return ['metadataUrl', 'jwksUrl'].flatMap((path) => {
    const url = urls[path]
    const message =
      typeof url === 'string' ? documentUrlIssue(url, dangerouslyAllowHttp === true) : undefined
    return message === undefined ? [] : [{ path: [path], message }]
  })
}

/** What is wrong with a configured address of metadata or keys; `undefined` where nothing is. */
function documentUrlIssue(text: string, dangerouslyAllowHttp: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL'
  const url = new URL(text)
  if (isHttpsOrLoopback(url) || (dangerouslyAllowHttp && url.protocol === 'http:')) return undefined
  return 'must be https: whoever can change the document on its way could sign tokens'
}

/** The issuers of a deployment, and where the documents of the first are. */
export interface IssuerLocations {
  /** The first is the primary one. */
  readonly issuers: readonly string[]
  /** For the primary issuer alone. */
  readonly metadataUrl?: string | undefined
  /** For the primary issuer alone. */
  readonly jwksUrl?: string | undefined
  /** Where the metadata of single issuers is, by issuer. `metadataUrl` counts more for the primary one. */
  readonly metadataUrls?: Readonly<Record<string, string>> | undefined
  /** For all of them. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

/** What `createIssuer` has to know of each issuer's place: addresses of one's own are the primary issuer's alone. */
export function issuerOptionsFor(locations: IssuerLocations): readonly CheckedOptions[] {
  const { issuers, metadataUrl, metadataUrls, jwksUrl, dangerouslyAllowHttp } = locations
  return issuers.map((issuer, index) => ({
    issuer,
    dangerouslyAllowHttp,
    metadataUrl: (index === 0 ? metadataUrl : undefined) ?? metadataUrls?.[issuer],
    jwksUrl: index === 0 ? jwksUrl : undefined,
  }))
}
