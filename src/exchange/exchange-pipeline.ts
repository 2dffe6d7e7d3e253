import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Clock, Timers } from '../time/clock.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { LOGGER_OPTION, type Logger } from '../logging/logger.js'
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

const ISSUER = optionValues.withFunctions('an Issuer, see createIssuer', 'keys', 'metadata')

const OPTIONS = optionsSchema<ProtectExchangeOptions & { readonly adapter: TokenExchanger }>({
  adapter: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  issuers: z
    .array(ISSUER, 'must be a list of issuers, see createIssuer')
    .min(1, 'must name at least one issuer'),
  exchangeIssuer: ISSUER.optional(),
  clientId: optionValues.text("our client's id at the authorization server"),
  ownAudience: optionValues.text("this server's own audience"),
  subjectTokenType: optionValues.text('a URI').optional(),
  cache: optionValues.withFunctions('a TokenCache', 'get', 'set', 'delete').optional(),
  cacheEntries: optionValues.count.optional(),
  caching: optionsSchema<NonNullable<ProtectExchangeOptions['caching']>>({
    maxAgeMs: optionValues.whole.optional(),
    expiryMarginMs: optionValues.whole.optional(),
    negativeTtlMs: optionValues.whole.optional(),
  }).optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  ratePerSecond: z.number().positive('must be a number of exchanges a second').optional(),
  resilience: optionsSchema<NonNullable<ProtectExchangeOptions['resilience']>>({
    retryPauseMs: optionValues.whole.optional(),
    breaker: z.looseObject({}, 'must be an object').optional(),
    random: optionValues.callable.optional(),
  }).optional(),
  checks: optionsSchema<NonNullable<ProtectExchangeOptions['checks']>>({
    actor: optionValues.text('the name of this server in act.sub').optional(),
    requireActor: optionValues.flag.optional(),
    maxDepth: optionValues.whole.optional(),
    clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
    dangerouslyAllowOpaqueTokens: optionValues.flag.optional(),
    dangerouslyAllowUnboundDowngrade: optionValues.flag.optional(),
  }).optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
  log: LOGGER_OPTION.optional(),
})

/**
 * Puts everything around an adapter that a token exchange needs, with the same port: the cache outermost, then
 * the rate limit, retry and circuit breaker, then the checks on the returned token.
 *
 * @category Token exchange
 */
export function protectExchange(
  adapter: TokenExchanger,
  options: ProtectExchangeOptions,
): TokenExchanger {
  assertOptions('protectExchange', OPTIONS, { ...options, adapter })
  const { issuers, exchangeIssuer, clientId, ownAudience, clock, timers, log } = options
  const verifying = new VerifyingExchanger(adapter, {
    issuerOf: (name) => issuers.find(({ issuer }) => issuer === name),
    ...{ exchangeIssuer, clientId, ownAudience, clock, log },
    ...options.checks,
  })
  const resilient = new ResilientExchanger(verifying, {
    ...options.resilience,
    timeoutMs: options.timeoutMs,
    ratePerSecond: options.ratePerSecond,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...{ clock, timers, log },
  })
  return new CachingExchanger(resilient, {
    ...options.caching,
    cache: options.cache ?? createMemoryTokenCache({ maxEntries: options.cacheEntries }),
    clientId,
    subjectTokenType: options.subjectTokenType ?? ACCESS_TOKEN_TYPE,
    exchangeIssuer: exchangeIssuer?.issuer,
    ...{ clock, log },
  })
}
