import { backgroundTimers, type Timers } from '../time/clock.js'

/** Why a server should get no new requests, in words that say nothing about the deployment. */
export const NOT_READY_REASONS = ['stopping', 'keys_unavailable', 'exchange_refused'] as const

/** Why a server should get no new requests: one of `NOT_READY_REASONS`. */
export type NotReadyReason = (typeof NOT_READY_REASONS)[number]

/** What readiness depends on. */
export interface ReadinessOptions {
  /** The issuers of clients' tokens. With the keys of one of them, a server can serve somebody. */
  readonly issuers: readonly {
    /** Rejects where no keys are available. */
    keys(keyId: undefined): Promise<unknown>
  }[]
  /** Whether the authorization server refuses this server as its client. */
  readonly exchangeIsRefused: () => boolean
  readonly timers?: Timers | undefined
}

/** A probe waits about a second; keys that take longer are not there yet. */
const MAX_WAIT_MS = 500

/**
 * Decides whether a server should get new requests.
 *
 * A probe starts the fetch of keys that are missing, so a server becomes ready without a user. An issuer's outage changes
 * nothing while copies of its keys may be used.
 */
export class Readiness {
  readonly #options: ReadinessOptions
  readonly #timers: Timers
  #stopping = false

  constructor(options: ReadinessOptions) {
    this.#options = options
    this.#timers = options.timers ?? backgroundTimers
  }

  /** Makes the server not ready for the rest of its life. */
  announceStop(): void {
    this.#stopping = true
  }

  /** Everything that speaks against it; empty: the server is ready. Waits for keys half a second at the most. */
  async reasons(): Promise<readonly NotReadyReason[]> {
    const hasKeys = await this.#hasKeys()
    const holds: Readonly<Record<NotReadyReason, boolean>> = {
      stopping: this.#stopping,
      keys_unavailable: !hasKeys,
      exchange_refused: this.#options.exchangeIsRefused(),
    }
    return NOT_READY_REASONS.filter((reason) => holds[reason])
  }

  async #hasKeys(): Promise<boolean> {
    const looked = Promise.any(this.#options.issuers.map((issuer) => issuer.keys(undefined))).then(
      () => true,
      () => false,
    )
    return new Promise((resolve) => {
      const timer = this.#timers.after(MAX_WAIT_MS, () => {
        resolve(false)
      })
      void looked.then((found) => {
        timer.cancel()
        resolve(found)
      })
    })
  }
}
