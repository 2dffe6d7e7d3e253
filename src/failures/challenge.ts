import { isScopeToken, resourceScopes } from '../scopes.js'

/**
 * Error codes a resource server may put into a challenge (RFC 6750 §3.1, RFC 9449 §7.1). `insufficient_claims` is that of a
 * claims challenge, as Microsoft Entra ID has it.
 */
export type ChallengeError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_claims'
  | 'invalid_dpop_proof'

export interface Challenge {
  readonly scheme?: 'Bearer' | 'DPoP' | undefined
  /** Absent when the request carried no credentials at all (RFC 6750 §3.1). */
  readonly error?: ChallengeError | undefined
  readonly errorDescription?: string | undefined
  /** Where the protected-resource metadata lives (RFC 9728 §5.1). */
  readonly resourceMetadata: string
  /** The scopes to ask for. Entries that are no scope tokens are left out, and so is `offline_access`. */
  readonly scopes?: readonly string[] | undefined
  /** What the next sign-in has to bring, as JSON text (OpenID Connect Core §5.5). */
  readonly claims?: string | undefined
  /** Accepted proof algorithms, for the `DPoP` scheme (RFC 9449 §7.1). */
  readonly algs?: readonly string[] | undefined
}

// RFC 6750 §3: error_description is limited to %x20-21 / %x23-5B / %x5D-7E.
const NOT_DESCRIBABLE = /[^\x20-\x21\x23-\x5B\x5D-\x7E]/g

/**
 * Builds one `WWW-Authenticate` challenge (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1).
 *
 * Every value is a quoted string; `claims` are in base64. Characters that RFC 6750 does not allow in a description become
 * apostrophes (for quotes) or question marks, so no input can end the header or start another
 * parameter. Pure; never throws.
 */
export function buildChallenge(challenge: Challenge): string {
  const parameters: string[] = []
  const add = (name: string, value: string): void => {
    parameters.push(`${name}="${value}"`)
  }
  if (challenge.error !== undefined) add('error', challenge.error)
  if (challenge.errorDescription !== undefined) {
    // Some clients search the whole header for `scope=`: no description may offer them one.
    add('error_description', describable(challenge.errorDescription).replaceAll('=', ':'))
  }
  const scopes = resourceScopes((challenge.scopes ?? []).filter(isScopeToken))
  if (scopes.length > 0) add('scope', scopes.join(' '))
  add('resource_metadata', describable(challenge.resourceMetadata))
  if (challenge.claims !== undefined)
    add('claims', Buffer.from(challenge.claims).toString('base64'))
  if (challenge.algs !== undefined) add('algs', describable(challenge.algs.join(' ')))
  return `${challenge.scheme ?? 'Bearer'} ${parameters.join(', ')}`
}

/** Makes any text fit the grammar of `error_description` (RFC 6750 §3). */
export function describable(text: string): string {
  return text.replaceAll('"', "'").replace(NOT_DESCRIBABLE, '?')
}
