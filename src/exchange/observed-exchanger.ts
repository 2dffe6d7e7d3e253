import { asOnBehalfOfError } from '../failures/errors.js'
import type { ExchangeEnded, ExchangeSource } from '../observability/observer.js'
import type { RequestObservation } from '../observability/request-observation.js'
import { within, type ExchangeSpan } from '../observability/tracing.js'
import type { ExchangedToken, TokenExchanger } from './token-exchanger.js'
import { withExchange } from './with-exchange.js'

/** For which call tokens are exchanged. */
export type ObservedFor = Pick<ExchangeEnded, 'tool' | 'api'>

/** An exchanger that tells the observation of a request about each exchange for one of its tools. */
export function observedExchanger(
  exchanger: TokenExchanger,
  observation: RequestObservation,
  call: ObservedFor,
): TokenExchanger {
  return withExchange(exchanger, async (request, options = {}) => {
    const startMs = observation.now()
    const span = observation.exchangeStarted(call)
    let source: ExchangeSource | undefined
    const ended = (outcome: ExchangeEnded['outcome'], more: Ended): void => {
      const { audience, scopes: asked } = request
      const durationMs = observation.now() - startMs
      const renewal = options.replacing !== undefined
      const { reason, token } = more
      const event = {
        ...call,
        ...{ audience, asked, source, renewal, outcome, reason, durationMs },
        granted: token?.scopes,
        actors: token?.delegation?.chain,
      }
      observation.exchanged(event, span)
    }
    const onSource = (from: ExchangeSource, other?: ExchangeSpan): void => {
      source = from
      if (other !== undefined) span?.joined(other)
    }
    try {
      const token = await within(span, () =>
        exchanger.exchange(request, { ...options, onSource, span }),
      )
      ended('ok', { token })
      return token
    } catch (thrown) {
      const { code, details } = asOnBehalfOfError(thrown)
      ended(code, { reason: details.reason })
      throw thrown
    }
  })
}

interface Ended {
  readonly reason?: ExchangeEnded['reason']
  readonly token?: ExchangedToken
}
