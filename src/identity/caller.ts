import { optionValues } from '../options/option-values.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { withoutPrefix } from '../scopes.js'
import {
  claimProfileOf,
  NAMES_NO_USER,
  namesNoUser,
  STANDARD_CLAIMS,
  type ClaimProfile,
  type ClaimSettings,
} from './claim-profile.js'
import { claimOf, textOf, type Claims } from './claims.js'
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
  parseSessionId,
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
  /**
   * The issuer under which the limits count this user, where a tenant has several and this token is of another one (Entra v1
   * and v2). Absent: `issuer`.
   */
  readonly primaryIssuer?: string | undefined
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
  /** The session at the authorization server, by the claim `sessionClaim`. Absent where the token, or the policy, names none. */
  readonly sessionId?: string | undefined
}

/** The last second that a `Date` can hold: a calculation with more gives NaN or Infinity. */
export const LAST_DATE_SECONDS = 8_640_000_000_000

/** Which tokens `callerFromClaims` accepts. */
export interface CallerPolicy extends UserPolicy, ClaimSettings {
  /** Accept tokens without a user (client credentials). Default false. */
  readonly dangerouslyAllowMachineTokens?: boolean | undefined
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
  /** The claim that names the session at the authorization server, by which it can be signed out alone. Default: none is read. */
  readonly sessionClaim?: string | undefined
  /**
   * The tenants of issuers that have several: the `organization` of a token has to be its issuer's. Default: none, any may be.
   */
  readonly tenants?: Readonly<Record<string, string>> | undefined
  /** Of the issuers that share a tenant with others, the one that stands for all. Default: each stands for itself. */
  readonly primaryIssuers?: Readonly<Record<string, string>> | undefined
}

/** A `CallerPolicy` without the members that `onBehalfOf` derives from other options. */
export type OwnCallerPolicy = Omit<
  CallerPolicy,
  'ignorePermissions' | 'claimProfile' | 'tenants' | 'primaryIssuers'
>

/** The options of a `CallerPolicy`, but for those that follow from others. */
export const CALLER_POLICY_SHAPE = {
  dangerouslyAllowMachineTokens: optionValues.flag.optional(),
  userClaim: optionValues.text('the name of a claim').optional(),
  isMachine: optionValues.callable.optional(),
  scopeClaim: optionValues.text('the name of a claim').optional(),
  subjectClaims: optionValues
    .texts('the name of a claim')
    .min(1, 'must name a claim')
    .refine((names) => !namesNoUser(names), NAMES_NO_USER)
    .optional(),
  clientClaim: optionValues.text('the name of a claim').optional(),
  scopePrefix: optionValues.text('the beginning of a scope').optional(),
  sessionClaim: optionValues.text('the name of a claim').optional(),
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
  const profile = claimProfileOf(policy)
  const subject = profile.userOf(claims)
  const [clientId] = parseClientIds(claims, profile)
  // Also where another claim counts: a machine must not hide behind a claim that is not read.
  const clientIds = parseClientIds(claims, everyClient(profile))
  const expiresAtSeconds = claims['exp']
  const issuer = textOf(claims['iss'])
  if (issuer === undefined) throw refused('issuer_missing')
  if (clientId === undefined) throw refused('client_missing', clientMissing(profile))
  if (typeof expiresAtSeconds !== 'number') throw refused('expiry_missing')
  if (expiresAtSeconds > LAST_DATE_SECONDS) throw refused('expiry_out_of_range')
  if (subject === undefined) throw refused('subject_missing', 'The token names no user.')
  if (policy.dangerouslyAllowMachineTokens !== true) {
    const userClaim = policy.userClaim ?? profile.userClaim
    assertUser({ claims, subject, clientIds }, { ...policy, userClaim })
  }
  const organization = organizationOf(claims, profile)
  assertTenant(organization, policy.tenants?.[issuer], profile)
  return Object.freeze({
    issuer,
    subject,
    clientId,
    scopes: Object.freeze(withoutPrefix(parseScopes(claims, profile) ?? [], policy.scopePrefix)),
    expiresAtSeconds,
    ...withoutUndefined({
      primaryIssuer: otherPrimary(issuer, policy),
      subjectClaims: subjectClaimsOf(claims, profile),
      issuedAtSeconds: typeof claims['iat'] === 'number' ? claims['iat'] : undefined,
      organization,
      permissions: permissionsOf(claims, policy),
      name: textOf(claims['name']),
      email: textOf(claims['email']),
      delegation: parseActor(claims),
      binding: parseBinding(claims),
      sessionId: parseSessionId(claims, policy.sessionClaim),
    }),
  })
}

function everyClient({ client }: ClaimProfile): Pick<ClaimProfile, 'client'> {
  return client === STANDARD_CLAIMS.client
    ? STANDARD_CLAIMS
    : { client: [...new Set([...client, ...STANDARD_CLAIMS.client])] }
}

function otherPrimary(issuer: string, { primaryIssuers }: CallerPolicy): string | undefined {
  const primary = primaryIssuers?.[issuer]
  return primary === issuer ? undefined : primary
}

/** A claim of another name is read too: one that is malformed is refused by every profile. */
function organizationOf(claims: Claims, profile: ClaimProfile): string | undefined {
  const standard = parseOrganization(claims)
  return profile.organization === STANDARD_CLAIMS.organization
    ? standard
    : parseOrganization(claims, profile)
}

/** `undefined` where `sub` alone names the user. */
function subjectClaimsOf(
  claims: Claims,
  { subjectClaims }: ClaimProfile,
): Readonly<Record<string, string>> | undefined {
  if (isSubjectAlone(subjectClaims)) return undefined
  const named = subjectClaims.map((name) => {
    const value = textOf(claimOf(claims, name))
    if (value === undefined) {
      const description = `The token does not say by ${name} who the user is. Have the authorization server write ${subjectClaims.join(' and ')} into the tokens for this server.`
      throw refused('subject_missing', description)
    }
    return [name, value] as const
  })
  return Object.freeze(Object.fromEntries(named))
}

function isSubjectAlone(names: readonly string[]): boolean {
  return names.every((name) => name === 'sub')
}

/** What the token says of its tenant must not be more than what its issuer may say. */
function assertTenant(
  named: string | undefined,
  tenant: string | undefined,
  { organization: claim }: ClaimProfile,
): void {
  if (tenant === undefined || named?.toLowerCase() === tenant.toLowerCase()) return
  throw refused(
    'issuer_mismatch',
    `The token's ${claim} is not the tenant whose issuer the token names.`,
  )
}

function permissionsOf(
  claims: Claims,
  { ignorePermissions }: CallerPolicy,
): readonly string[] | undefined {
  return ignorePermissions === true ? undefined : parsePermissions(claims)
}

const userKeys = new WeakMap<object, string>()

/** Tells one user from every other, whichever clients and issuers of the tenant they use; for counting, not for showing. */
export function userKeyOf(
  caller: Pick<Caller, 'issuer' | 'primaryIssuer' | 'subject' | 'subjectClaims'>,
): string {
  const known = userKeys.get(caller)
  if (known !== undefined) return known
  const { issuer, primaryIssuer = issuer, subject, subjectClaims } = caller
  const who = subjectClaims === undefined ? subject : Object.entries(subjectClaims).toSorted()
  const key = JSON.stringify([primaryIssuer, who])
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
