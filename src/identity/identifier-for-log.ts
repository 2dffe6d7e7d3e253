import { createHash } from 'node:crypto'
import { UNPRINTABLE } from '../logging/unprintable.js'
import type { Caller } from './caller.js'

const JWT = /eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]*/g
const MAX_LENGTH = 128
const MAX_LISTED = 20

/**
 * Makes an identifier of somebody else's (a user, a client, an audience, a scope) fit for a log line: bounded, on one line,
 * without a JWT.
 *
 * One that is too long is cut. One that is not as it came ends in the start of its SHA-256, so that two different ones stay
 * different.
 */
export function identifierForLog(identifier: string): string {
  const cut = identifier.slice(0, MAX_LENGTH)
  const clean = cut.replace(UNPRINTABLE, ' ').replace(JWT, '[scrubbed]').toWellFormed()
  if (clean === identifier) return clean
  // As UTF-16: two different halves of characters are the same in UTF-8.
  const hash = createHash('sha256').update(identifier, 'utf16le').digest('hex').slice(0, 12)
  if (identifier.length <= MAX_LENGTH) return `${clean} (sha256 ${hash})`
  return `${clean}… (${identifier.length} characters, sha256 ${hash})`
}

/** As `identifierForLog`, for a list: at most 20 entries, and how many more there were. Entries that are no text go by their type. */
export function identifiersForLog(identifiers: readonly unknown[]): readonly string[] {
  const listed = identifiers
    .slice(0, MAX_LISTED)
    .map((entry) => (typeof entry === 'string' ? identifierForLog(entry) : `(${kindOf(entry)})`))
  const left = identifiers.length - listed.length
  return left === 0 ? listed : [...listed, `(${left} more)`]
}

/** Who is calling, as every log line says it. */
export function callerForLog({ subject, clientId }: Pick<Caller, 'subject' | 'clientId'>): {
  readonly subject: string
  readonly clientId: string
} {
  return { subject: identifierForLog(subject), clientId: identifierForLog(clientId) }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}
