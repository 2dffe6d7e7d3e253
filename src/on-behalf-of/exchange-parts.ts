import { ExchangeHealth } from '../exchange/exchange-health.js'
import { primaryOf } from '../exchange/exchange-place.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import type { ExchangeAttempt } from '../exchange/watched-exchanger.js'
import { Readiness } from '../http/readiness.js'
import type { KnownIssuers } from '../identity/known-issuers.js'
import { combineObservers } from '../observability/combine-observers.js'
import type { PipelineObserver, TokenRequestEnded } from '../observability/pipeline-observer.js'
import { systemClock } from '../time/clock.js'
import type { ResolvedOptions } from './defaults.js'
import { exchangerFor, issuersFor } from './exchanger.js'

/** What a server has to do with its authorization servers, and whether that is in order. */
export interface ExchangeParts {
  readonly issuers: KnownIssuers
  readonly exchanger: TokenExchanger
  /** Sees what belongs to no single request; `undefined`: nobody wants to. */
  readonly observer: PipelineObserver | undefined
  readonly readiness: Readiness
}

/** Creates the issuers, and the exchanger with what is known of its health. */
export function exchangePartsFor(options: ResolvedOptions): ExchangeParts {
  const observer = combineObservers([options.observer])
  const issuers = issuersFor(options)
  const health = new ExchangeHealth(systemClock, placesFor(options, issuers))
  const tell = (attempt: ExchangeAttempt): void => {
    health.attempted(attempt)
    observer?.tokenRequestEnded?.(tokenRequestEnded(attempt))
  }
  return {
    issuers,
    observer,
    exchanger: exchangerFor(options, { issuers, observer, tell }),
    readiness: new Readiness({
      issuers: issuers.accepted,
      exchangeIsRefused: () => health.isRefused,
    }),
  }
}

/** The issuers at whose token endpoints tokens are exchanged. */
function placesFor(
  { apis, exchange }: ResolvedOptions,
  { accepted, families }: KnownIssuers,
): readonly string[] {
  const ofCallers = accepted.map(({ issuer }) => primaryOf(issuer, families))
  const places = Object.values(apis).flatMap(
    (api) => api.exchange?.issuer ?? exchange.issuer ?? ofCallers,
  )
  return [...new Set(places)]
}

function tokenRequestEnded({ failure, durationMs }: ExchangeAttempt): TokenRequestEnded {
  return { outcome: failure?.code ?? 'ok', reason: failure?.details.reason, durationMs }
}
