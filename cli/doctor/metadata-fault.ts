import { fetchJson, type Fetch, type RemoteDocumentError } from '../../src/http/fetch-json.js'
import { isTemplate } from '../../src/identity/issuer-metadata.js'
import { printable } from '../printable.js'
import { CHECK_TIMEOUT_MS } from './deployment.js'
import { visitText, type DocumentVisit } from './document-visits.js'
import { wrong, type Observation } from './finding.js'
import type { ProviderWords } from './providers/provider-words.js'

const CHECK = 'issuer.metadata'

export interface MetadataFaultOptions {
  /** What was asked for on the way, in its order. */
  readonly visits: readonly DocumentVisit[]
  /** The setting that names the issuer. */
  readonly setting: string
  readonly issuer: string
  /** How the issuer is written at this identity provider, and where it is shown. */
  readonly words: Pick<ProviderWords, 'issuer'>
  readonly fetch: Fetch
}

/** Words why an issuer's metadata cannot be used: what each address answered, and what to change. */
export async function metadataFault(
  error: RemoteDocumentError,
  options: MetadataFaultOptions,
): Promise<Observation> {
  if (error.reason === 'invalid') return invalidDocument(error, options)
  const { visits, setting, issuer, words } = options
  const silent = visits.find(({ fault }) => fault !== undefined)?.fault
  const message = `${visitsText(visits)}: no metadata of an authorization server.`
  if (silent !== undefined) {
    const hint = `Check ${setting}. ${silent.hint}`
    return { ...wrong(CHECK, message, hint), networkCause: silent.cause }
  }
  const redirect = visits.find(({ location }) => location !== undefined)?.location
  if (redirect !== undefined) return wrong(CHECK, message, redirectHint(redirect, setting, issuer))
  if (visits.some(({ isPage }) => isPage === true)) {
    return wrong(
      CHECK,
      message,
      `Check ${setting}: a web application answers there, not the authorization server. ${words.issuer}`,
    )
  }
  const status = error.status ?? 0
  return wrong(
    CHECK,
    message,
    status >= 500
      ? 'The authorization server fails: look into its log, or try again later.'
      : `Check ${setting}: it must not be a page of the authorization server. ${words.issuer}`,
  )
}

/** The visits that tell most, and the rest in a word: an issuer with a path has four addresses. */
function visitsText(visits: readonly DocumentVisit[]): string {
  const telling = visits.filter(
    ({ status = 0, location }) => location !== undefined || status < 400 || status >= 500,
  )
  const shown = telling.length > 0 ? telling : visits.slice(0, 1)
  const rest = visits.filter((visit) => !shown.includes(visit))
  const statuses = [...new Set(rest.map(({ status }) => status))].join(' and ')
  const others = rest.map(({ url }) => new URL(url).pathname).join(', ')
  return [
    ...shown.map(visitText),
    ...(rest.length === 0 ? [] : [`${others} there: ${statuses}`]),
  ].join('; ')
}

const WELL_KNOWN = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server).*$/

function redirectHint(target: string, setting: string, issuer: string): string {
  const named = target.replace(WELL_KNOWN, '')
  return named === issuer.replace(/\/$/, '') || !WELL_KNOWN.test(target)
    ? `Redirects are not followed: set ISSUER_METADATA_URL to the address of the document itself. If the authorization server has moved, set ${setting} to its new issuer identifier.`
    : `Set ${setting} to the issuer that stands in ${target} (probably ${named}), or, if the name of the issuer is right, ISSUER_METADATA_URL to ${target}: redirects are not followed.`
}

/** JSON came, and is not the metadata of this issuer. */
async function invalidDocument(
  { url, why = 'it does not fit' }: RemoteDocumentError,
  { setting, fetch, issuer, words }: MetadataFaultOptions,
): Promise<Observation> {
  const named = await issuerNamedAt(url, fetch)
  if (named === undefined) {
    return wrong(
      CHECK,
      `${url} answers with JSON that is not the metadata of an authorization server (RFC 8414): issuer or jwks_uri is missing.`,
      `Check ${setting}. ${words.issuer}`,
    )
  }
  if (isTemplate(named)) {
    return wrong(
      CHECK,
      `${url} is for several tenants: the server calls itself ${printable(named)}.`,
      `Set ${setting} to the issuer of your own tenant, with the tenant's id in place of the braces: one address for several tenants is not supported.`,
    )
  }
  const message = `${url} holds no metadata that can be trusted: ${printable(why)}.`
  if (named === issuer) {
    return wrong(
      CHECK,
      message,
      'Have the authorization server name endpoints that are https. In a closed test network, DANGEROUSLY_ALLOW_HTTP=true allows others.',
    )
  }
  return wrong(
    CHECK,
    message,
    `Write ${setting} exactly as the server writes its issuer, ${printable(named)}, a trailing slash included. If this machine reaches it by another name only, set ISSUER_METADATA_URL=${url} besides.`,
  )
}

/** The issuer that a document names; `undefined` where it is no metadata. */
async function issuerNamedAt(url: string, fetch: Fetch): Promise<string | undefined> {
  const document: unknown = await fetchJson(url, { fetch, timeoutMs: CHECK_TIMEOUT_MS }).catch(
    () => undefined,
  )
  if (typeof document !== 'object' || document === null) return undefined
  const { issuer, jwks_uri: keys } = document as { issuer?: unknown; jwks_uri?: unknown }
  return typeof issuer === 'string' && typeof keys === 'string' ? issuer : undefined
}
