import type { TokenExchanger } from './token-exchanger.js'

/** The same exchanger, which exchanges in another way. */
export function withExchange(
  exchanger: TokenExchanger,
  exchange: TokenExchanger['exchange'],
): TokenExchanger {
  return {
    sendsClaims: exchanger.sendsClaims,
    async forget(request, refused) {
      await exchanger.forget?.(request, refused)
    },
    exchange,
  }
}
