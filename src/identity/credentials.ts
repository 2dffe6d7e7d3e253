import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { rawHeaderValues } from '../http/raw-headers.js'
import { Secret } from '../secret.js'

/** The credentials of one HTTP request, before anything about them is believed. */
export interface PresentedCredentials {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: Secret
  /** The DPoP proof that came along (RFC 9449 §4.1). */
  readonly proof?: string | undefined
}

/** The parts of an HTTP request in which credentials can hide. Header names in lower case. */
export interface CredentialSources {
  /** Names and values alternating, as Node's `rawHeaders`: shows doubled headers that merging hides. */
  readonly rawHeaders: readonly string[]
  /** The request target, for a token in the query. */
  readonly url: string
}

// RFC 6750 §2.1: b64token. RFC 9110 §11.1: the scheme is case-insensitive.
const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i
const MAX_CREDENTIALS_LENGTH = 16_384

/**
 * Reads the one access token that a request carries in its Authorization header (RFC 6750 §2.1, RFC 9449 §7.1).
 *
 * Throws `no_credentials` without any, and `malformed_credentials` for two headers, a token in the query, another
 * scheme, invalid characters, more than 16 KiB, or not exactly one proof beside a DPoP token. Does not look at the
 * body.
 */
export function parseCredentials(sources: CredentialSources): PresentedCredentials {
  assertNoTokenInQuery(sources.url)
  const authorization = rawHeaderValues(sources.rawHeaders, 'authorization')
  const proofs = rawHeaderValues(sources.rawHeaders, 'dpop')
  if (authorization.length > 1) throw malformed('doubled_authorization')
  const header = authorization[0]
  if (header === undefined) {
    if (proofs.length > 0) throw malformed('proof_without_token')
    throw new OnBehalfOfError('no_credentials')
  }
  if (header.length > MAX_CREDENTIALS_LENGTH) throw malformed('token_too_long', TOO_LONG)
  const [, scheme, token] = CREDENTIALS.exec(header) ?? []
  if (scheme === undefined || token === undefined) throw malformed('not_bearer')
  return scheme.toLowerCase() === 'dpop'
    ? { scheme: 'dpop', token: new Secret(token), proof: oneProof(proofs) }
    : bearer(token, proofs)
}

/** Whether a request carries anything of what `parseCredentials` reads, sound or not. */
export function presentsCredentials({ rawHeaders, url }: CredentialSources): boolean {
  return (
    rawHeaderValues(rawHeaders, 'authorization').length > 0 ||
    rawHeaderValues(rawHeaders, 'dpop').length > 0 ||
    hasTokenInQuery(url)
  )
}

/** Throws `malformed_credentials` when a parsed body holds an `access_token` (RFC 6750 §2.2). */
export function assertNoTokenInBody(body: unknown): void {
  if (typeof body === 'object' && body !== null && Object.hasOwn(body, 'access_token')) {
    throw malformed('token_in_body')
  }
}

function bearer(token: string, proofs: readonly string[]): PresentedCredentials {
  if (proofs.length > 0) throw malformed('proof_with_bearer')
  return { scheme: 'bearer', token: new Secret(token) }
}

function oneProof(proofs: readonly string[]): string {
  const [proof] = proofs
  if (proof === undefined || proofs.length > 1 || proof.includes(',')) {
    throw malformed('not_one_proof')
  }
  return proof
}

function assertNoTokenInQuery(url: string): void {
  if (hasTokenInQuery(url)) throw malformed('token_in_query')
}

function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?')
  return start >= 0 && new URLSearchParams(url.slice(start)).has('access_token')
}

const TOO_LONG = `The access token is too long: the Authorization header may have ${MAX_CREDENTIALS_LENGTH} characters at the most. Ask for a token that carries fewer claims.`

function malformed(reason: FailureReason<'credentials'>, description?: string): OnBehalfOfError {
  return new OnBehalfOfError('malformed_credentials', {
    reason,
    description,
  })
}
