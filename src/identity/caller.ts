import { OnBehalfOfError } from '../errors.js'
import { parseScope } from '../scopes.js'
import { parseDelegation, type Delegation } from './delegation.js'

/** Who is calling, read from a verified access token and nothing else. Frozen; holds no token. */
export interface Caller {
  readonly issuer: string
  /** The user: the token's `sub`. */
  readonly subject: string
  /** The OAuth client the user signed in with: `client_id`, or `azp` in Auth0's older dialect. */
  readonly clientId: string
  /** `org_id`, for users who signed in to an organization. */
  readonly organization?: string
  /** What the user let the client do: the token's `scope`. */
  readonly scopes: readonly string[]
  /** All the user may do on this API: Auth0's `permissions`. Absent where the token has no such claim. */
  readonly permissions?: readonly string[]
  /** Epoch seconds. */
  readonly expiresAtSeconds: number
  /** Epoch seconds; absent where the token does not say. */
  readonly issuedAtSeconds?: number
  readonly name?: string
  readonly email?: string
  /** Who acts for the user already: services in front of this one. Absent where the client came directly. */
  readonly delegation?: Delegation
  /** How the token is bound to its sender; absent for plain bearer tokens. */
  readonly binding?: 'dpop' | 'certificate'
}

/** The claims of a token, as they were decoded: nothing about their types is promised. */
export type Claims = Readonly<Record<string, unknown>>

/** The last second that a `Date` can hold: whoever calculates with more gets NaN or Infinity. */
export const LAST_DATE_SECONDS = 8_640_000_000_000

/** What `callerFromClaims` accepts beyond the users of clients. */
export interface CallerPolicy {
  /** Accept tokens that no user stands behind (client credentials). Default false. */
  readonly dangerouslyAllowMachineTokens?: boolean
}

/**
 * Reads the `Caller` out of verified claims.
 *
 * Throws `invalid_token` for a token without user, without client, without expiry, or made for a machine
 * (`…@clients`, the client itself as subject, a client-credentials grant). Verifies no signature,
 * issuer, audience or time: that has happened before.
 */
export function callerFromClaims(claims: Claims, policy: CallerPolicy = {}): Caller {
  const subject = text(claims['sub'])
  const clientId = text(claims['client_id']) ?? text(claims['azp'])
  const expiresAtSeconds = claims['exp']
  const issuer = text(claims['iss'])
  if (issuer === undefined) throw refused('issuer_missing')
  if (clientId === undefined) throw refused('client_missing', 'The token names no client.')
  if (typeof expiresAtSeconds !== 'number') throw refused('expiry_missing')
  if (expiresAtSeconds > LAST_DATE_SECONDS) throw refused('expiry_out_of_range')
  if (subject === undefined) throw refused('subject_missing', 'The token names no user.')
  if (policy.dangerouslyAllowMachineTokens !== true && isMachine(claims, subject, clientId)) {
    throw refused(
      'machine_token',
      'This is a machine-to-machine token. Sign in as a user: this server acts on behalf of users only.',
    )
  }
  return Object.freeze({
    issuer,
    subject,
    clientId,
    scopes: Object.freeze(parseScope(claims['scope'])),
    expiresAtSeconds,
    ...optional('issuedAtSeconds', typeof claims['iat'] === 'number' ? claims['iat'] : undefined),
    ...optional('organization', text(claims['org_id'])),
    ...optional('permissions', permissionsOf(claims['permissions'])),
    ...optional('name', text(claims['name'])),
    ...optional('email', text(claims['email'])),
    ...optional('delegation', delegationOf(claims['act'])),
    ...optional('binding', bindingOf(claims['cnf'])),
  })
}

/** Tells one user from every other, whichever clients they use; for counting, not for showing. */
export function userKeyOf({ issuer, subject }: Pick<Caller, 'issuer' | 'subject'>): string {
  return JSON.stringify([issuer, subject])
}

function isMachine(claims: Claims, subject: string, clientId: string): boolean {
  return (
    subject.endsWith('@clients') || subject === clientId || claims['gty'] === 'client-credentials'
  )
}

function delegationOf(act: unknown): Delegation | undefined {
  try {
    return parseDelegation(act)
  } catch {
    throw refused('act_malformed', 'The act claim of the token is malformed.')
  }
}

function permissionsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return Object.freeze(value.filter((entry): entry is string => typeof entry === 'string'))
}

function bindingOf(confirmation: unknown): 'dpop' | 'certificate' | undefined {
  if (confirmation === undefined) return undefined
  if (typeof confirmation !== 'object' || confirmation === null) throw refused('binding_malformed')
  if ('jkt' in confirmation) return 'dpop'
  if ('x5t#S256' in confirmation) return 'certificate'
  throw refused(
    'binding_unknown',
    'The token is bound to its sender in a way this server cannot check.',
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>)
}

function refused(reason: string, description?: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', {
    reason,
    ...(description === undefined ? {} : { description }),
  })
}
