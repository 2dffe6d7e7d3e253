import { OnBehalfOfError } from '../failures/errors.js'
import { claimOf, type Claims } from './claims.js'
import { MalformedClaimError } from './malformed-claim-error.js'
import { textsOf } from './token-claims.js'

/** What makes a token a user's, beside the marks of machines that are always looked for. */
export interface UserPolicy {
  /**
   * The name of a claim that every user's token has and no machine's: a token without it is refused. `null`, `false`, a
   * blank text and an empty list count as absent. Default: none is wanted.
   */
  readonly userClaim?: string | undefined
  /**
   * Decides on top from the verified claims: a token is refused unless it answers `false`. One that throws has not agreed.
   */
  readonly isMachine?: ((claims: Claims) => boolean) | undefined
}

/** A verified token, as far as it has been read. */
export interface TokenParties {
  readonly claims: Claims
  readonly subject: string
  /** Every name that the token gives its client. */
  readonly clientIds: readonly string[]
}

interface Mark {
  /** For the log. */
  readonly name: string
  readonly isOn: (token: TokenParties) => boolean
}

/** How the widespread authorization servers mark a token behind which no user stands. */
const MARKS: readonly Mark[] = [
  // RFC 9068 §2.2; Okta, WorkOS.
  { name: 'subject_is_client', isOn: ({ subject, clientIds }) => clientIds.includes(subject) },
  // Auth0: client credentials; agents as principals.
  { name: 'subject_at_clients', isOn: ({ subject }) => /@clients$/i.test(subject) },
  { name: 'subject_is_agent', isOn: ({ subject }) => subject.startsWith('agt_') },
  { name: 'sub_profile', isOn: saying('sub_profile', /(?:^|\s)ai_agent(?:\s|$)/i) },
  // Auth0; the other spelling is that of RFC 6749.
  { name: 'gty', isOn: saying('gty', /(?:^|\s)client[-_]credentials(?:\s|$)/i) },
  // Keycloak: a service account.
  { name: 'preferred_username', isOn: saying('preferred_username', /^service-account-/i) },
  // Entra: `app` or `device`; without the optional claim, a token of an app is about the app itself and has no scp.
  { name: 'idtyp', isOn: saying('idtyp', /^(?!user$)/i) },
  {
    name: 'oid_without_scp',
    isOn: ({ claims, subject }) =>
      claimOf(claims, 'oid') === subject && claimOf(claims, 'scp') === undefined,
  },
]

/**
 * Throws `invalid_token` (`machine_token`) for a token behind which no user stands: by a mark of the authorization server,
 * for want of `userClaim`, or by the word of `isMachine`.
 *
 * A token without any mark is not thereby a user's: name a `userClaim` where there is one.
 */
export function assertUser(token: TokenParties, policy: UserPolicy = {}): void {
  const mark = MARKS.find(({ isOn }) => isOn(token))
  if (mark !== undefined) throw machine(mark.name)
  const { userClaim } = policy
  if (userClaim !== undefined && !saysSomething(claimOf(token.claims, userClaim))) {
    throw machine('user_claim_missing', { missing: userClaim })
  }
  assertAgreed(token.claims, policy)
}

/** Whether a claim, a text or a list of texts, has the mark. One of another type could hide it. */
function saying(claim: string, mark: RegExp): Mark['isOn'] {
  return ({ claims }) => {
    const value = claimOf(claims, claim)
    if (value === undefined) return false
    const texts = textsOf(value)
    if (texts === undefined) throw new MalformedClaimError('mark_malformed', claim)
    return texts.some((text) => mark.test(text))
  }
}

function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(saysSomething)
  if (value === undefined || value === null || value === false) return false
  return typeof value !== 'string' || value.trim() !== ''
}

function assertAgreed(claims: Claims, { isMachine }: UserPolicy): void {
  if (isMachine === undefined) return
  let verdict: unknown
  try {
    verdict = isMachine(claims)
  } catch (cause) {
    throw machine('predicate_failed', {}, cause)
  }
  if (verdict !== false) throw machine('predicate')
}

function machine(mark: string, log: object = {}, cause?: unknown): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', {
    reason: 'machine_token',
    description:
      'This is a machine-to-machine token. Sign in as a user: this server acts on behalf of users only.',
    log: { mark, ...log },
    cause,
  })
}
