import { identifierForLog } from '../identity/identifier-for-log.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { Store } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import { EVENT_FAULTS, type EventFault } from './event-fault.js'
import { receiveEvent, SEND_AGAIN, type SendAgain } from './receive-event.js'
import type { ReceivedEvents } from './received-events.js'
import type { Revocation } from './revocation.js'
import type { EventSubject } from './event-subject.js'
import { readSecurityEvent, type SecurityEvent } from './security-event.js'
import type { SignedOut } from './signed-out.js'
import { UsedEvents } from './used-events.js'
import { verifyEventToken } from './verify-event-token.js'

export interface SharedSignalsOptions {
  readonly revocation: Pick<Revocation, 'revoke'>
  /** Whose events are believed. */
  readonly transmitter: Issuer
  readonly audience: string
  /** Those of access tokens. A user whom the transmitter names as its own is the user of that name at each of them. */
  readonly userIssuers: readonly string[]
  readonly store: Pick<Store, 'get' | 'set'> | undefined
  readonly received: ReceivedEvents
  readonly log: Logger
  readonly clock: Clock
  readonly clockToleranceSeconds: number
}

/** A pushed event that does nothing (RFC 8935 §2.3). */
export interface PushRefusal {
  readonly status: 400
  readonly err: string
  readonly text: string
}

/** How a pushed event is answered (RFC 8935 §2.2 to §2.4). */
export type PushAnswer = { readonly status: 202 } | PushRefusal | SendAgain

const SOURCE = 'shared_signals'
/** An event has no end of its own. */
const REMEMBERED_MS = 86_400_000

/** The codes of RFC 8935 §2.4. */
const CODES: Readonly<Partial<Record<EventFault, string>>> = {
  ...{ sender: 'authentication_failed', issuer: 'invalid_issuer', audience: 'invalid_audience' },
  ...{ signature: 'invalid_key', algorithm: 'invalid_key' },
}

/** Takes security events that a transmitter pushes, and ends the access of whom they are about. */
export class SharedSignals {
  readonly #options: SharedSignalsOptions
  readonly #used: UsedEvents

  constructor(options: SharedSignalsOptions) {
    this.#options = options
    this.#used = new UsedEvents(options.store)
  }

  /** Rejects with what is unforeseen alone. */
  receive(text: unknown, requestId: string): Promise<PushAnswer> {
    return receiveEvent<PushAnswer>(text, {
      received: this.#options.received,
      apply: (token) => this.#apply(token, requestId),
      refused: (fault) => this.refused(fault, requestId),
    })
  }

  refused(fault: EventFault, requestId: string): PushRefusal {
    this.#options.received.refused(fault, requestId)
    const err = CODES[fault] ?? 'invalid_request'
    return { status: 400, err, text: EVENT_FAULTS[fault] }
  }

  async #apply(text: string, requestId: string): Promise<PushAnswer> {
    const { transmitter, audience, received, clock, clockToleranceSeconds } = this.#options
    const token = await verifyEventToken(text, {
      ...{ issuers: [transmitter], audiences: [audience], types: ['secevent+jwt'] },
      ...{ needsExpiry: false, clock, clockToleranceSeconds },
    })
    const event = readSecurityEvent(token)
    // The transmitter has not heard that it arrived, and sends it again.
    if (await this.#used.has(token)) {
      received.count('repeated')
      return TAKEN
    }
    const answer = await this.#done(event, requestId)
    if (answer === TAKEN) await this.#used.add(token, REMEMBERED_MS)
    return answer
  }

  async #done(event: SecurityEvent, requestId: string): Promise<PushAnswer> {
    const { received } = this.#options
    if (event.kind === 'ends_access') return this.#endAccess(event, requestId)
    if (event.kind === 'other') {
      received.ignored(event.type, 'event_of_another_kind', requestId)
      return TAKEN
    }
    this.#tellOfStream(event)
    return TAKEN
  }

  async #endAccess(
    { subject, atSeconds }: Extract<SecurityEvent, { kind: 'ends_access' }>,
    requestId: string,
  ): Promise<PushAnswer> {
    const { revocation, received } = this.#options
    const whom = this.#whom(subject)
    if (whom.length === 0) {
      received.ignored(subject.format, 'subject_of_no_user', requestId)
      return TAKEN
    }
    const done = await Promise.all(
      whom.map((one) => revocation.revoke(one, { atSeconds, source: SOURCE })),
    )
    const isShared = done.every(Boolean)
    received.count(isShared ? 'applied' : 'not_shared')
    return isShared ? TAKEN : SEND_AGAIN
  }

  /**
   * Empty: nobody whom access tokens name. A user is signed out in all sessions: what the transmitter calls a session need not be what
   * access tokens name.
   */
  #whom({ user, sessionId }: EventSubject): readonly SignedOut[] {
    const { transmitter, userIssuers } = this.#options
    const named = user?.issuer ?? transmitter.issuer
    const own = named === transmitter.issuer ? userIssuers : []
    const issuers = userIssuers.includes(named) ? [named] : own
    if (user !== undefined) return issuers.map((issuer) => ({ issuer, subject: user.subject }))
    return sessionId === undefined ? [] : issuers.map((issuer) => ({ issuer, sessionId }))
  }

  #tellOfStream(event: Extract<SecurityEvent, { kind: 'verification' | 'stream_updated' }>): void {
    const { log, transmitter, received } = this.#options
    received.count('applied')
    const { issuer } = transmitter
    if (event.kind === 'verification') {
      logEvent(log, 'info', { event: 'shared_signals_verified', issuer })
    } else {
      const level = event.status === 'enabled' ? 'info' : 'warn'
      const status = identifierForLog(event.status)
      logEvent(log, level, { event: 'shared_signals_stream_updated', issuer, status })
    }
  }
}

const TAKEN = { status: 202 } as const
