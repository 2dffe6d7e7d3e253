import type { Revocation } from '../revocation/revocation.js'
import { whileSignedIn } from '../revocation/while-signed-in.js'
import type { TokenExchanger } from './token-exchanger.js'

/**
 * Exchanges nothing for users who are signed out, with the same port: an exchange under way ends when its user is signed out, and its
 * token is thrown away.
 *
 * Adds rejections with `signed_out`.
 */
export function createSignedInExchanger(
  exchanger: TokenExchanger,
  revocation: Pick<Revocation, 'watch'> | undefined,
): TokenExchanger {
  if (revocation === undefined) return exchanger
  return {
    sendsClaims: exchanger.sendsClaims,
    async forget(request, refused) {
      await exchanger.forget?.(request, refused)
    },
    exchange: (request, options = {}) =>
      whileSignedIn({ revocation, caller: request.caller, signal: options.signal }, (signal) =>
        exchanger.exchange(request, { ...options, signal }),
      ),
  }
}
