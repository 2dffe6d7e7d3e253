import type { Clock, Timers } from '../time/clock.js'
import type { Issuer } from '../identity/issuer-keys.js'
import type { Logger } from '../logging/logger.js'
import { createCachingExchanger, type CachingExchangerOptions } from './caching-exchanger.js'
import { createResilientExchanger, type ResilientExchangerOptions } from './resilient-exchanger.js'
import { createMemoryTokenCache, type TokenCache } from './token-cache.js'
import { ACCESS_TOKEN_TYPE, type TokenExchanger } from './token-exchanger.js'
import {
  createVerifyingExchanger,
  type ExchangedTokenExpectations,
} from './verify-exchanged-token.js'

/** What `createExchangePipeline` needs: the issuers, our client, and how long to wait and what to check. */
export interface ExchangePipelineOptions {
  /** Whose subject tokens are exchanged, and whose tokens may come back. */
  readonly issuers: readonly Issuer[]
  /** Where all exchanges take place and whose tokens come back. Default: the issuer of each subject token. */
  readonly exchangeIssuer?: Issuer | undefined
  /** Our client at the authorization server. */
  readonly clientId: string
  /** The audience of the tokens for this server, which a token for an API must not be good for. */
  readonly tokenAudience: string
  /** The subject token type, where it is not the access-token type: part of what makes two exchanges differ. */
  readonly subjectTokenType?: string | undefined
  /** Default: in this process, `cacheEntries` of them. */
  readonly cache?: TokenCache | undefined
  /** How many tokens the default cache keeps. Default 10000. */
  readonly cacheEntries?: number | undefined
  readonly caching?:
    Pick<CachingExchangerOptions, 'maxAgeMs' | 'expiryMarginMs' | 'negativeTtlMs'> | undefined
  /** For the whole exchange: waiting for a turn, both tries and the pause between. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Exchanges a second, all users together. Default 8. */
  readonly ratePerSecond?: number | undefined
  readonly resilience?:
    Pick<ResilientExchangerOptions, 'retryPauseMs' | 'breaker' | 'random'> | undefined
  readonly checks?:
    | Pick<
        ExchangedTokenExpectations,
        | 'actor'
        | 'requireActor'
        | 'maxDepth'
        | 'clockToleranceSeconds'
        | 'dangerouslyAllowOpaqueTokens'
        | 'dangerouslyAllowUnboundDowngrade'
      >
    | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
  readonly log?: Logger | undefined
}

/**
 * Puts everything around an adapter that a token exchange needs, with the same port: the cache outermost, then
 * the rate limit, retry and circuit breaker, then the checks on the returned token.
 *
 * @category Token exchange
 */
export function createExchangePipeline(
  adapter: TokenExchanger,
  options: ExchangePipelineOptions,
): TokenExchanger {
  const { issuers, exchangeIssuer, clientId, tokenAudience, clock, timers, log } = options
  const verifying = createVerifyingExchanger(adapter, {
    issuerOf: (name) => issuers.find(({ issuer }) => issuer === name),
    ...{ exchangeIssuer, clientId, tokenAudience, clock, log },
    ...options.checks,
  })
  const resilient = createResilientExchanger(verifying, {
    ...options.resilience,
    timeoutMs: options.timeoutMs,
    ratePerSecond: options.ratePerSecond,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...{ clock, timers, log },
  })
  return createCachingExchanger(resilient, {
    ...options.caching,
    cache: options.cache ?? createMemoryTokenCache({ maxEntries: options.cacheEntries }),
    clientId,
    subjectTokenType: options.subjectTokenType ?? ACCESS_TOKEN_TYPE,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...{ clock, log },
  })
}
