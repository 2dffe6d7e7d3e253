import { textOf, type Claims } from '../identity/claims.js'
import { EventRefusedError } from './event-fault.js'
import { readEventSubject, type EventSubject } from './event-subject.js'
import type { EventToken } from './verify-event-token.js'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'

/** What ends access: after it, tokens of before say what is no longer so. */
const ENDING: readonly string[] = ['session-revoked', 'credential-change', 'token-claims-change']

/** What a security event token says. */
export type SecurityEvent =
  /** Whom it is about has no access by tokens of before. */
  | { readonly kind: 'ends_access'; readonly subject: EventSubject; readonly atSeconds: number }
  /** The transmitter tries whether its events arrive. */
  | { readonly kind: 'verification' }
  /** The transmitter has changed the stream: `enabled`, `paused`, `disabled`. */
  | { readonly kind: 'stream_updated'; readonly status: string }
  /** It has an event that means nothing here. */
  | { readonly kind: 'other'; readonly type: string }

/**
 * Reads the one event of a verified security event token (RFC 8417 §2.2; Shared Signals Framework 1.0; CAEP 1.0).
 *
 * The subject may also stand in the event, and its time be in milliseconds, as Okta writes them. Throws an `EventRefusedError` where
 * `events` does not have exactly one event, which is an object.
 */
export function readSecurityEvent({ claims, issuedAtSeconds }: EventToken): SecurityEvent {
  const { events } = claims
  if (!isObject(events)) throw new EventRefusedError('events')
  const [entry, ...more] = Object.entries(events)
  if (entry === undefined || more.length > 0) throw new EventRefusedError('events')
  const [type, event] = entry
  if (!isObject(event)) throw new EventRefusedError('events')
  if (type === `${SSF}verification`) return { kind: 'verification' }
  if (type === `${SSF}stream-updated`) {
    return { kind: 'stream_updated', status: textOf(event['status']) ?? 'unknown' }
  }
  if (!ENDING.some((name) => type === `${CAEP}${name}`)) return { kind: 'other', type }
  const subject = readEventSubject(claims['sub_id'] ?? event['subject'] ?? event['sub_id'])
  return { kind: 'ends_access', subject, atSeconds: timeOf(event, issuedAtSeconds) }
}

const DAY_SECONDS = 86_400
/** Seconds have so many digits until the year 5138, and milliseconds have had more since 1973. */
const LEAST_MILLISECONDS = 1e11

/** When it happened; when the token was issued, where that is not plausible. */
function timeOf({ event_timestamp: stamp }: Claims, issuedAtSeconds: number): number {
  if (typeof stamp !== 'number') return issuedAtSeconds
  const seconds = stamp >= LEAST_MILLISECONDS ? stamp / 1_000 : stamp
  const isPlausible = seconds <= issuedAtSeconds && seconds >= issuedAtSeconds - DAY_SECONDS
  return isPlausible ? seconds : issuedAtSeconds
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
