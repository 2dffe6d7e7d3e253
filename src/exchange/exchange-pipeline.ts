import type { Clock, Timers } from '../clock.js'
import type { Issuer } from '../identity/issuer-keys.js'
import type { Log } from '../logging/log.js'
import { CachingExchanger, type CachingExchangerOptions } from './caching-exchanger.js'
import { ResilientExchanger, type ResilientExchangerOptions } from './resilient-exchanger.js'
import { createMemoryTokenCache, type TokenCache } from './token-cache.js'
import { ACCESS_TOKEN_TYPE, type TokenExchanger } from './token-exchanger.js'
import type { ExchangedTokenExpectations } from './verify-exchanged-token.js'
import { VerifyingExchanger } from './verifying-exchanger.js'

/** What `protectExchange` needs: whose tokens come back, who we are, and how patient and careful to be. */
export interface ProtectExchangeOptions {
  /** Whose subject tokens are exchanged, and whose tokens may come back. */
  readonly issuers: readonly Issuer[]
  /** Where all exchanges take place and whose tokens come back. Default: the issuer of each subject token. */
  readonly exchangeIssuer?: Issuer | undefined
  /** Our client at the authorization server. */
  readonly clientId: string
  /** Our own resource identifier. */
  readonly ownAudience: string
  /** The subject token type, where it is not the access-token type: part of what makes two exchanges differ. */
  readonly profile?: string
  /** Default: in this process, 10000 entries. */
  readonly cache?: TokenCache
  readonly caching?: Pick<CachingExchangerOptions, 'maxAgeMs' | 'skewMs' | 'refusalAgeMs'>
  readonly resilience?: Pick<
    ResilientExchangerOptions,
    'deadlineMs' | 'retryPauseMs' | 'perSecond' | 'breaker' | 'random'
  >
  readonly checks?: Pick<
    ExchangedTokenExpectations,
    | 'actor'
    | 'requireActor'
    | 'maxDepth'
    | 'clockToleranceSeconds'
    | 'dangerouslyAllowOpaqueTokens'
    | 'dangerouslyAllowUnboundDowngrade'
  >
  readonly clock?: Clock
  readonly timers?: Timers
  readonly log?: Log
}

/**
 * Puts everything around an adapter that a token exchange needs, with the same port: the cache outermost, then
 * patience with a failing server, then the checks on what it returned.
 */
export function protectExchange(
  adapter: TokenExchanger,
  options: ProtectExchangeOptions,
): TokenExchanger {
  const { issuers, exchangeIssuer, clientId, ownAudience } = options
  const shared = {
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.log === undefined ? {} : { log: options.log }),
  }
  const verifying = new VerifyingExchanger(adapter, {
    issuerOf: (name) => issuers.find(({ issuer }) => issuer === name),
    ...{ exchangeIssuer, clientId, ownAudience },
    ...options.checks,
    ...shared,
  })
  const resilient = new ResilientExchanger(verifying, {
    ...options.resilience,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...shared,
    ...(options.timers === undefined ? {} : { timers: options.timers }),
  })
  return new CachingExchanger(resilient, {
    cache: options.cache ?? createMemoryTokenCache(),
    clientId,
    profile: options.profile ?? ACCESS_TOKEN_TYPE,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...options.caching,
    ...shared,
  })
}
