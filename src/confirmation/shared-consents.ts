import { digestedKey } from '../store/digested-key.js'
import type { SharedState } from '../store/shared-state.js'
import type { Clock } from '../time/clock.js'
import type { OpenedConsent } from './consent-seal.js'
import type { Taken, UsedConsents } from './used-consents.js'

/** Where used consents are remembered for all instances. */
export interface SharedConsentsOptions extends Pick<SharedState, 'outage'> {
  readonly store: Pick<SharedState['store'], 'set' | 'delete'>
  /** What this process remembers. */
  readonly local: UsedConsents
  readonly clock: Clock
}

/** Remembers, in all instances together, which consents were used, so that each counts once in all of them. */
export class SharedConsents {
  readonly #options: SharedConsentsOptions

  constructor(options: SharedConsentsOptions) {
    this.#options = options
  }

  /**
   * Takes a consent of a user: the first who asks gets it. `unavailable`: the store does not say whether somebody has, and nobody
   * gets it.
   */
  async take(user: string, consent: OpenedConsent): Promise<Taken | 'unavailable'> {
    const { store, local, clock, outage = 'refuse' } = this.#options
    const taken = local.take(user, consent)
    if (typeof taken === 'string') return taken
    // The nonce does not say whose it is.
    const key = digestedKey('c', consent.nonce)
    const ttlMs = Math.max(1, consent.expiresAtMs - clock())
    try {
      const options = { ttlMs, onlyIfAbsent: true }
      if (!(await store.set(key, new Uint8Array(), options))) return 'used'
    } catch {
      if (outage === 'local') return taken
      taken.giveBack()
      return 'unavailable'
    }
    return {
      giveBack: () => {
        store.delete(key).then(taken.giveBack, () => undefined)
      },
    }
  }
}
