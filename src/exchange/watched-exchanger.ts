import { asOnBehalfOfError, type OnBehalfOfError } from '../failures/errors.js'
import type { TokenExchanger, TokenExchangeRequest } from './token-exchanger.js'
import { withExchange } from './with-exchange.js'

/** One request to a token endpoint, once it is over. */
export interface ExchangeAttempt {
  /** `undefined` where it gave a token, whatever is found wrong with that token later. */
  readonly failure: OnBehalfOfError | undefined
  readonly durationMs: number
  /** The issuer at whose token endpoint it was. */
  readonly place?: string | undefined
}

export interface WatchedExchangerOptions {
  /** Told of each attempt; must not throw. */
  readonly tell: (attempt: ExchangeAttempt) => void
  /** Milliseconds of a clock that never steps. */
  readonly stopwatch: () => number
  /** The issuer at whose token endpoint an exchange takes place. */
  readonly placeOf: (request: TokenExchangeRequest) => string
}

/** Tells of every exchange that an exchanger makes; it stays the same otherwise. */
export function createWatchedExchanger(
  exchanger: TokenExchanger,
  { tell, stopwatch, placeOf }: WatchedExchangerOptions,
): TokenExchanger {
  return withExchange(exchanger, async (request, options) => {
    const startMs = stopwatch()
    const place = placeOf(request)
    try {
      const token = await exchanger.exchange(request, options)
      tell({ failure: undefined, durationMs: stopwatch() - startMs, place })
      return token
    } catch (thrown) {
      tell({ failure: asOnBehalfOfError(thrown), durationMs: stopwatch() - startMs, place })
      throw thrown
    }
  })
}
