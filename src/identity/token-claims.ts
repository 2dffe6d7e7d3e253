import { parseScope } from '../scopes.js'
import { claimOf, textOf, type Claims } from './claims.js'
import { STANDARD_CLAIMS, type ClaimProfile } from './claim-profile.js'
import { parseDelegation, type Delegation } from './delegation.js'
import { MalformedClaimError } from './malformed-claim-error.js'

/**
 * Reads the scopes of a token: a text of scopes separated by spaces, or a list of such texts (`scope`, else `scp`).
 *
 * `undefined` where the token has no such claim, which grants nothing. Throws a `MalformedClaimError` for anything else;
 * a list with a member that is no text counts as malformed, never in part.
 */
export function parseScopes(
  claims: Claims,
  { scopes }: Pick<ClaimProfile, 'scopes'> = STANDARD_CLAIMS,
): readonly string[] | undefined {
  const name = scopes.find((candidate) => claimOf(claims, candidate) !== undefined)
  if (name === undefined) return undefined
  const texts = textsOf(claimOf(claims, name))
  if (texts === undefined) throw new MalformedClaimError('scope_malformed', name)
  return Object.freeze(parseScope(texts.join(' ')))
}

/**
 * Reads every name that a token gives its OAuth client, the one that counts first: `client_id`, `azp`, `cid`, `appid`.
 *
 * Empty where it names none. Throws a `MalformedClaimError` where one of the claims is no text or blank.
 */
export function parseClientIds(
  claims: Claims,
  { client }: Pick<ClaimProfile, 'client'> = STANDARD_CLAIMS,
): readonly string[] {
  return client.flatMap((name) => {
    const value = claimOf(claims, name)
    if (value === undefined) return []
    const text = textOf(value)
    if (text === undefined) throw new MalformedClaimError('client_malformed', name)
    return [text]
  })
}

/**
 * Reads the organization that the user signed in to; `undefined` where the token names none.
 *
 * Throws a `MalformedClaimError` for a claim that is no text or blank.
 */
export function parseOrganization(
  claims: Claims,
  { organization: name }: Pick<ClaimProfile, 'organization'> = STANDARD_CLAIMS,
): string | undefined {
  const value = claimOf(claims, name)
  if (value === undefined) return undefined
  const text = textOf(value)
  if (text === undefined) throw new MalformedClaimError('organization_malformed', name)
  return text
}

/**
 * Reads the permissions of the user; `undefined` only where the token does not have the claim at all.
 *
 * Without the claim, scopes alone decide: the absence opens. So `null` is malformed here, and so is everything but a list of texts.
 */
export function parsePermissions(
  claims: Claims,
  { permissions: name }: Pick<ClaimProfile, 'permissions'> = STANDARD_CLAIMS,
): readonly string[] | undefined {
  if (!Object.hasOwn(claims, name) || claims[name] === undefined) return undefined
  const value = claims[name]
  if (!isTextList(value)) throw new MalformedClaimError('permissions_malformed', name)
  return Object.freeze([...value])
}

/** Reads who acts for the user (`act`, RFC 8693 §4.1); throws a `MalformedClaimError` for a claim that is malformed at any level. */
export function parseActor(claims: Claims): Delegation | undefined {
  try {
    return parseDelegation(claimOf(claims, 'act'))
  } catch (cause) {
    throw new MalformedClaimError('act_malformed', 'act', cause)
  }
}

/**
 * Reads the session at the authorization server (`sid`, OpenID Connect Back-Channel Logout 1.0 §2.1); `undefined` where the token has no
 * such claim, or none is read.
 *
 * Throws a `MalformedClaimError` for a claim that is no text or blank.
 */
export function parseSessionId(claims: Claims, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : claimOf(claims, name)
  if (name === undefined || value === undefined) return undefined
  const text = textOf(value)
  if (text === undefined) throw new MalformedClaimError('session_malformed', name)
  return text
}

/** How a token is bound to its sender. */
export type Binding = 'dpop' | 'certificate'

/**
 * Reads how a token is bound to its sender (`cnf`, RFC 7800): `undefined` for a plain bearer token.
 *
 * Throws a `MalformedClaimError` for a claim that is malformed, or that binds in a way which is not known here. Does not
 * look at whose key it is.
 */
export function parseBinding(claims: Claims): Binding | undefined {
  const confirmation = claimOf(claims, 'cnf')
  if (confirmation === undefined) return undefined
  if (typeof confirmation !== 'object' || confirmation === null || Array.isArray(confirmation)) {
    throw new MalformedClaimError('binding_malformed', 'cnf')
  }
  const members = confirmation as Claims
  const known = [
    ['jkt', 'dpop'],
    ['x5t#S256', 'certificate'],
  ] as const
  const found = known.find(([member]) => claimOf(members, member) !== undefined)
  if (found === undefined) throw new MalformedClaimError('binding_unknown', 'cnf')
  const [member, binding] = found
  if (textOf(members[member]) === undefined) {
    throw new MalformedClaimError('binding_malformed', 'cnf')
  }
  return binding
}

/** Reads a claim that is one text or a list of texts; `undefined` for anything else. */
export function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  return isTextList(value) ? value : undefined
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}
