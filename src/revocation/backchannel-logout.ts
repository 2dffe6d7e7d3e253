import { OnBehalfOfError } from '../failures/errors.js'
import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import type { Issuer } from '../identity/issuer-keys.js'
import type { Store } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import { EVENT_FAULTS, EventRefusedError, type EventFault } from './event-fault.js'
import { LOGOUT_TOKEN_TYPES, readLogoutToken } from './logout-token.js'
import type { ReceivedEvents } from './received-events.js'
import type { Revocation } from './revocation.js'
import { UsedEvents } from './used-events.js'
import { verifyEventToken, type EventToken } from './verify-event-token.js'

export interface BackchannelLogoutOptions {
  readonly revocation: Pick<Revocation, 'revoke'>
  readonly issuers: readonly Issuer[]
  /** The client ids in `aud`: those of the applications through which users sign in. */
  readonly clients: readonly string[]
  readonly store: Pick<Store, 'set' | 'delete'> | undefined
  readonly received: ReceivedEvents
  readonly clock: Clock
  readonly clockToleranceSeconds: number
}

/** How a logout request is answered. */
export type LogoutAnswer =
  | { readonly status: 200 }
  | { readonly status: 400; readonly fault: EventFault; readonly text: string }
  /** The sender sends it again. */
  | { readonly status: 503; readonly retryAfterSeconds: number }

const SOURCE = 'backchannel_logout'

/** Takes logout tokens, and signs out whom they name (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8). */
export class BackchannelLogout {
  readonly #options: BackchannelLogoutOptions
  readonly #used: UsedEvents

  constructor(options: BackchannelLogoutOptions) {
    this.#options = options
    this.#used = new UsedEvents(options.store)
  }

  /** Rejects with what is unforeseen alone. */
  async receive(token: unknown, requestId: string): Promise<LogoutAnswer> {
    const { received } = this.#options
    try {
      if (typeof token !== 'string' || token === '') throw new EventRefusedError('request')
      const isShared = await this.#apply(token)
      received.count(isShared ? 'applied' : 'not_shared')
      return isShared ? { status: 200 } : AGAIN
    } catch (error) {
      if (error instanceof EventRefusedError) return this.refused(error.fault, requestId)
      if (!(error instanceof OnBehalfOfError)) throw error
      received.count('unavailable')
      const { retryAfterSeconds = OUTAGE_RETRY_SECONDS } = error.details
      return { status: 503, retryAfterSeconds }
    }
  }

  refused(fault: EventFault, requestId: string): LogoutAnswer {
    this.#options.received.refused(fault, requestId)
    return { status: 400, fault, text: EVENT_FAULTS[fault] }
  }

  async #apply(text: string): Promise<boolean> {
    const { issuers, clients: audiences, revocation, clock, clockToleranceSeconds } = this.#options
    const token = await verifyEventToken(text, {
      ...{ issuers, audiences, types: LOGOUT_TOKEN_TYPES, needsExpiry: true },
      ...{ clock, clockToleranceSeconds },
    })
    const whom = readLogoutToken(token)
    if (!(await this.#used.take(token, this.#leftMs(token)))) {
      throw new EventRefusedError('repeated')
    }
    const how = { atSeconds: token.issuedAtSeconds, source: SOURCE }
    const isShared = await revocation.revoke(whom, how)
    // It comes again, and counts then.
    if (!isShared) await this.#used.giveBack(token)
    return isShared
  }

  /** For as long as the token would be accepted, and a day at most. */
  #leftMs({ claims: { exp } }: EventToken): number {
    const { clock, clockToleranceSeconds } = this.#options
    const end = (Number(exp) + clockToleranceSeconds + 1) * 1_000
    return Math.min(Math.ceil(end - clock()), 86_400_000)
  }
}

const AGAIN = { status: 503, retryAfterSeconds: OUTAGE_RETRY_SECONDS } as const
