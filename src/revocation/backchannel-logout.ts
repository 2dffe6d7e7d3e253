import type { Issuer } from '../identity/issuer-keys.js'
import type { Store } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import { EVENT_FAULTS, EventRefusedError, type EventFault } from './event-fault.js'
import { LOGOUT_TOKEN_TYPES, readLogoutToken } from './logout-token.js'
import { receiveEvent, SEND_AGAIN, type SendAgain } from './receive-event.js'
import type { ReceivedEvents } from './received-events.js'
import type { Revocation } from './revocation.js'
import { UsedEvents } from './used-events.js'
import { verifyEventToken, type EventToken } from './verify-event-token.js'

export interface BackchannelLogoutOptions {
  readonly revocation: Pick<Revocation, 'revoke'>
  readonly issuers: readonly Issuer[]
  /** The client ids in `aud`: those of the applications through which users sign in. */
  readonly clients: readonly string[]
  readonly store: Pick<Store, 'get' | 'set'> | undefined
  readonly received: ReceivedEvents
  readonly clock: Clock
  readonly clockToleranceSeconds: number
}

/** A logout request that does nothing. */
export interface LogoutRefusal {
  readonly status: 400
  readonly fault: EventFault
  readonly text: string
}

/** How a logout request is answered. */
export type LogoutAnswer = { readonly status: 200 } | LogoutRefusal | SendAgain

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
  receive(token: unknown, requestId: string): Promise<LogoutAnswer> {
    return receiveEvent<LogoutAnswer>(token, {
      received: this.#options.received,
      apply: (text) => this.#apply(text),
      refused: (fault) => this.refused(fault, requestId),
    })
  }

  refused(fault: EventFault, requestId: string): LogoutRefusal {
    this.#options.received.refused(fault, requestId)
    return { status: 400, fault, text: EVENT_FAULTS[fault] }
  }

  async #apply(text: string): Promise<LogoutAnswer> {
    const { issuers, clients: audiences, revocation, received } = this.#options
    const { clock, clockToleranceSeconds } = this.#options
    const token = await verifyEventToken(text, {
      ...{ issuers, audiences, types: LOGOUT_TOKEN_TYPES, needsExpiry: true },
      ...{ clock, clockToleranceSeconds },
    })
    const whom = readLogoutToken(token)
    if (await this.#used.has(token)) throw new EventRefusedError('repeated')
    const how = { atSeconds: token.issuedAtSeconds, source: SOURCE }
    const isShared = await revocation.revoke(whom, how)
    // Else it comes again, and counts then.
    if (isShared) await this.#used.add(token, this.#leftMs(token))
    received.count(isShared ? 'applied' : 'not_shared')
    return isShared ? { status: 200 } : SEND_AGAIN
  }

  /** For as long as the token would be accepted, and a day at most. */
  #leftMs({ claims: { exp } }: EventToken): number {
    const { clock, clockToleranceSeconds } = this.#options
    const end = (Number(exp) + clockToleranceSeconds + 1) * 1_000
    return Math.min(Math.ceil(end - clock()), 86_400_000)
  }
}
