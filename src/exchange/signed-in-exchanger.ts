import type { Revocation } from '../revocation/revocation.js'
import { unlessSignedOut, whileSignedIn } from '../revocation/while-signed-in.js'
import type { TokenExchanger } from './token-exchanger.js'
import { withExchange } from './with-exchange.js'

type Watching = Pick<Revocation, 'watch'> | undefined

/**
 * Exchanges nothing for users who are signed out, with the same port: an exchange under way ends when its user is signed out, and its
 * token is thrown away.
 *
 * Adds rejections with `signed_out`.
 */
export function createSignedInExchanger(
  exchanger: TokenExchanger,
  revocation: Watching,
): TokenExchanger {
  if (revocation === undefined) return exchanger
  return withExchange(exchanger, (request, options = {}) =>
    whileSignedIn({ revocation, caller: request.caller, signal: options.signal }, (signal) =>
      exchanger.exchange(request, { ...options, signal }),
    ),
  )
}

/**
 * The same in front of a cache, where an exchange under way is not of one caller alone: what ends when a user is signed out is that user's
 * wait for it. A token that is kept then costs no signal of its own.
 */
export function createSignedInCache(
  exchanger: TokenExchanger,
  revocation: Watching,
): TokenExchanger {
  if (revocation === undefined) return exchanger
  return withExchange(exchanger, (request, options) =>
    unlessSignedOut({ revocation, caller: request.caller }, () =>
      exchanger.exchange(request, options),
    ),
  )
}
