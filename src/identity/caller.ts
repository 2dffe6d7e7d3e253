import { optionValues } from '../options/option-values.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { withoutPrefix } from '../scopes.js'
import { STANDARD_CLAIMS, type ClaimProfile } from './claim-profile.js'
import { textOf, type Claims } from './claims.js'
import type { Delegation } from './delegation.js'
import { assertUser, type UserPolicy } from './machine-token.js'
import { MalformedClaimError, type ClaimReason } from './malformed-claim-error.js'
import {
  parseActor,
  parseBinding,
  parseClientIds,
  parseOrganization,
  parsePermissions,
  parseScopes,
  type Binding,
} from './token-claims.js'

type Reason = FailureReason<'claims' | 'token'>

export type { Claims } from './claims.js'

/**
 * Who is calling, read from a verified access token and nothing else. Frozen; holds no token.
 *
 * @category Verification of tokens
 */
export interface Caller {
  readonly issuer: string
  /** The user: the token's `sub`. */
  readonly subject: string
  /**
   * The claims that name this user, whichever client a token is for, where that is not `sub` (Entra: `oid` and `tid`, Okta:
   * `uid`). Absent: the subject does.
   */
  readonly subjectClaims?: Readonly<Record<string, string>> | undefined
  /** The OAuth client the user signed in with: `client_id`, else `azp`, `cid` (Okta) or `appid` (Entra's older tokens). */
  readonly clientId: string
  /** `org_id`, for users who signed in to an organization. */
  readonly organization?: string | undefined
  /** What the user let the client do: the token's `scope`, else `scp`. */
  readonly scopes: readonly string[]
  /** All the user may do on this API: Auth0's `permissions`. Absent where the token has no such claim, or it is ignored. */
  readonly permissions?: readonly string[] | undefined
  /** Epoch seconds. */
  readonly expiresAtSeconds: number
  /** Epoch seconds; absent where the token does not say. */
  readonly issuedAtSeconds?: number | undefined
  readonly name?: string | undefined
  readonly email?: string | undefined
  /** Who acts for the user already: services in front of this one. Absent where the client came directly. */
  readonly delegation?: Delegation | undefined
  /** How the token is bound to its sender; absent for plain bearer tokens. */
  readonly binding?: Binding | undefined
}

/** The last second that a `Date` can hold: a calculation with more gives NaN or Infinity. */
export const LAST_DATE_SECONDS = 8_640_000_000_000

/** Which tokens `callerFromClaims` accepts. */
export interface CallerPolicy extends UserPolicy {
  /** Accept tokens without a user (client credentials). Default false. */
  readonly dangerouslyAllowMachineTokens?: boolean | undefined
  /**
   * The one claim that holds the user's scopes, a text or a list, in place of `scope` and `scp`: for authorization servers that
   * cannot write scopes per user into `scope`. Without that claim a token has no scopes. Pair it with `stepUpScopes: 'none'`.
   */
  readonly scopeClaim?: string | undefined
  /**
   * Leaves `permissions` unread, whatever it holds: for authorization servers that use the claim for something else. The caller
   * then has none. Sound only where scopes alone decide (`authorizationClaims: 'scope'` of the access policy). Default false.
   */
  readonly ignorePermissions?: boolean | undefined
  /**
   * What the authorization server puts in front of this server's scopes (`api://id`, `https://mcp.example.com/mcp`). A token passes
   * with and without it; metadata and challenges name the scopes with it. Joined by a slash where it ends in a letter or a digit.
   */
  readonly scopePrefix?: string | undefined
}

/** The options of a `CallerPolicy`, but for `ignorePermissions`, which follows from the claims that decide. */
export const CALLER_POLICY_SHAPE = {
  dangerouslyAllowMachineTokens: optionValues.flag.optional(),
  userClaim: optionValues.text('the name of a claim').optional(),
  isMachine: optionValues.callable.optional(),
  scopeClaim: optionValues.text('the name of a claim').optional(),
  scopePrefix: optionValues.text('the beginning of a scope').optional(),
}

/**
 * Reads the `Caller` out of verified claims.
 *
 * Throws `invalid_token` for a token without user, without client, without expiry, with a malformed claim, or made for a
 * machine by a mark that `assertUser` knows. Verifies no signature, issuer, audience, kind or time: that has happened
 * before.
 */
export function callerFromClaims(claims: Claims, policy: CallerPolicy = {}): Caller {
  try {
    return readCaller(claims, policy)
  } catch (error) {
    if (!(error instanceof MalformedClaimError)) throw error
    throw refused(error.reason, DESCRIPTIONS[error.reason] ?? malformed(error.claim), error)
  }
}

function readCaller(claims: Claims, policy: CallerPolicy): Caller {
  const profile = profileFor(policy)
  const subject = profile.userOf(claims)
  const clientIds = parseClientIds(claims, profile)
  const [clientId] = clientIds
  const expiresAtSeconds = claims['exp']
  const issuer = textOf(claims['iss'])
  if (issuer === undefined) throw refused('issuer_missing')
  if (clientId === undefined) throw refused('client_missing', clientMissing(profile))
  if (typeof expiresAtSeconds !== 'number') throw refused('expiry_missing')
  if (expiresAtSeconds > LAST_DATE_SECONDS) throw refused('expiry_out_of_range')
  if (subject === undefined) throw refused('subject_missing', 'The token names no user.')
  if (policy.dangerouslyAllowMachineTokens !== true) {
    assertUser({ claims, subject, clientIds }, policy)
  }
  return Object.freeze({
    issuer,
    subject,
    clientId,
    scopes: Object.freeze(withoutPrefix(parseScopes(claims, profile) ?? [], policy.scopePrefix)),
    expiresAtSeconds,
    ...withoutUndefined({
      issuedAtSeconds: typeof claims['iat'] === 'number' ? claims['iat'] : undefined,
      organization: parseOrganization(claims, profile),
      permissions: permissionsOf(claims, policy),
      name: textOf(claims['name']),
      email: textOf(claims['email']),
      delegation: parseActor(claims),
      binding: parseBinding(claims),
    }),
  })
}

/** Replaces, and does not add: what any client can ask for by `scope` must not count beside what a user was assigned. */
function profileFor({ scopeClaim }: CallerPolicy): ClaimProfile {
  return scopeClaim === undefined ? STANDARD_CLAIMS : { ...STANDARD_CLAIMS, scopes: [scopeClaim] }
}

function permissionsOf(
  claims: Claims,
  { ignorePermissions }: CallerPolicy,
): readonly string[] | undefined {
  return ignorePermissions === true ? undefined : parsePermissions(claims)
}

const userKeys = new WeakMap<object, string>()

/** Tells one user from every other, whichever clients they use; for counting, not for showing. */
export function userKeyOf(caller: Pick<Caller, 'issuer' | 'subject'>): string {
  const known = userKeys.get(caller)
  if (known !== undefined) return known
  const key = JSON.stringify([caller.issuer, caller.subject])
  // What can still change is read each time.
  if (Object.isFrozen(caller)) userKeys.set(caller, key)
  return key
}

const DESCRIPTIONS: Readonly<Partial<Record<ClaimReason, string>>> = {
  binding_unknown: 'The token is bound to its sender in a way this server cannot check.',
}

function malformed(claim: string): string {
  return `The claim ${claim} of the token is malformed.`
}

function clientMissing({ client }: ClaimProfile): string {
  return `The token names no client: none of the claims ${client.join(', ')} is there. RFC 9068 requires client_id; configure the authorization server to write it.`
}

function refused(reason: Reason, description?: string, cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', { reason, description, cause })
}
