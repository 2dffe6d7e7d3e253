import { textOf, type Claims } from '../identity/claims.js'

/** Whom an event is about. */
export interface EventSubject {
  /** Absent: named in a way that access tokens do not (by e-mail, by an opaque id), or not at all. */
  readonly user?: { readonly issuer: string; readonly subject: string } | undefined
  /** At the issuer of the user, else at the transmitter. */
  readonly sessionId?: string | undefined
  /** How it is named, for the log. */
  readonly format: string
}

/**
 * Reads a subject identifier (RFC 9493; Shared Signals Framework 1.0 §3): `iss_sub`, `aliases` with one of these, and complex subjects with
 * a `user` of that kind, or a `session` that is `opaque`. `subject_type` is read where there is no `format`.
 */
export function readEventSubject(subject: unknown): EventSubject {
  if (!isObject(subject)) return { format: 'none' }
  const format = formatOf(subject)
  if (format === 'iss_sub') return { format, user: userOf(subject) }
  if (format === 'aliases') return { format, user: aliasOf(subject) }
  const { user, session } = subject
  if (format !== 'complex' && user === undefined && session === undefined) return { format }
  const ofUser = user === undefined ? undefined : readEventSubject(user)
  const named = ofUser === undefined ? 'complex' : ofUser.format
  return { format: named, user: ofUser?.user, sessionId: sessionOf(session) }
}

function formatOf({ format, subject_type: older }: Claims): string {
  return textOf(format ?? older)?.replaceAll('-', '_') ?? 'complex'
}

function userOf({ iss, sub }: Claims): EventSubject['user'] {
  const [issuer, subject] = [textOf(iss), textOf(sub)]
  return issuer === undefined || subject === undefined ? undefined : { issuer, subject }
}

function aliasOf({ identifiers }: Claims): EventSubject['user'] {
  const all: readonly unknown[] = Array.isArray(identifiers) ? identifiers : []
  const named = all.find((one) => isObject(one) && formatOf(one) === 'iss_sub')
  return isObject(named) ? userOf(named) : undefined
}

function sessionOf(session: unknown): string | undefined {
  if (!isObject(session) || formatOf(session) !== 'opaque') return undefined
  return textOf(session['id'])
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
