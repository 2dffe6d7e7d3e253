import type { ClientAuthentication } from './client-authentication.js'

/**
 * How our client proves itself, where that changes while the server runs: a secret or key that is replaced now and then.
 *
 * @category Token exchange
 */
export interface ClientAuthenticationSource {
  /**
   * What counts now. Asked at each exchange, so it has to be quick, and the same object for as long as nothing has changed. A client with a key
   * cannot become one with a secret, nor the reverse. A way to prove itself that cannot be used fails the exchange with `exchange_misconfigured`.
   */
  readonly current: () => ClientAuthentication
  /**
   * Looks for another one at once: the authorization server has refused the current one. Then, if `current` gives another one, the
   * exchange is made once more. Default: nothing is looked for.
   */
  readonly refresh?: (() => Promise<void>) | undefined
}
