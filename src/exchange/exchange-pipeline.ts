import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Clock, Timers } from '../time/clock.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { LOGGER_OPTION, type Logger } from '../logging/logger.js'
import { createCachingExchanger, type CachingExchangerOptions } from './caching-exchanger.js'
import { PIPELINE_OBSERVER_OPTION } from '../observability/pipeline-observer-option.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { SHARED_COUNTS_OPTION, type SharedCounts } from '../store/shared-state.js'
import { EXCHANGE_DEFAULTS } from './exchange-defaults.js'
import type { Revocation } from '../revocation/revocation.js'
import { createSignedInCache, createSignedInExchanger } from './signed-in-exchanger.js'
import { createResilientExchanger, type ResilientExchangerOptions } from './resilient-exchanger.js'
import { familyOf, primaryOf } from './exchange-place.js'
import { createMemoryTokenCache, type TokenCache } from './token-cache.js'
import { ACCESS_TOKEN_TYPE, type TokenExchanger } from './token-exchanger.js'
import {
  CHECKS_SHAPE,
  createVerifyingExchanger,
  type ExchangedTokenExpectations,
} from './verify-exchanged-token.js'

/** What `createExchangePipeline` needs: the issuers, our client, and how long to wait and what to check. */
export interface ExchangePipelineOptions {
  /** Whose subject tokens are exchanged, and whose tokens may come back. */
  readonly issuers: readonly Issuer[]
  /** Where all exchanges take place and whose tokens come back. Default: the issuer of each subject token. */
  readonly exchangeIssuer?: Issuer | undefined
  /** Further issuers at which tokens for single APIs are exchanged: those that `exchange.issuer` of an API names. */
  readonly apiIssuers?: readonly Issuer[] | undefined
  /** Groups of `issuers` under which one tenant issues tokens, the one for exchanges first. Default: each is alone. */
  readonly families?: readonly (readonly Issuer[])[] | undefined
  /** In which claims tokens name the user and the organization. Default: `sub` and `org_id`. */
  readonly claimProfile?: ExchangedTokenExpectations['claimProfile']
  /** Our client at the authorization server. */
  readonly clientId: string
  /** The audience of the tokens for this server, which a token for an API must not be good for. */
  readonly tokenAudience: string
  /** The subject token type, where it is not the access-token type: part of what makes two exchanges differ. */
  readonly subjectTokenType?: string | undefined
  /** Default: in this process, `cacheEntries` of them. */
  readonly cache?: TokenCache | undefined
  /** How many tokens the default cache keeps. Default 30000. */
  readonly cacheEntries?: number | undefined
  readonly caching?:
    Pick<CachingExchangerOptions, 'maxAgeMs' | 'expiryMarginMs' | 'negativeTtlMs'> | undefined
  /** For the whole exchange: waiting for a turn, both tries and the pause between. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Exchanges a second, all users together. Default 8. */
  readonly ratePerSecond?: number | undefined
  /** The instances that share `ratePerSecond`, by their users. Default: it is this process's alone. */
  readonly shared?: SharedCounts | undefined
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
  /** Ends the exchanges of users who are signed out. Default: an exchange goes on. */
  readonly revocation?: Pick<Revocation, 'watch'> | undefined
  readonly clock?: Clock | undefined
  readonly timers?: Timers | undefined
  readonly log?: Logger | undefined
  /** Sees looks into the cache, waits for a turn, and when exchanges are held back. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
}

/** Beyond the longest exchange, so that a lock does not end before it. */
const LEASE_MARGIN_MS = 1_000

const ISSUER = optionValues.withFunctions('an Issuer, see createIssuer', 'keys', 'metadata')

/** The options that say how exchanges are kept, limited and tried again. */
export const EXCHANGE_SHAPE = {
  subjectTokenType: optionValues.text('a URI').optional(),
  cache: optionValues.withFunctions('a TokenCache', 'get', 'set', 'delete').optional(),
  cacheEntries: optionValues.count.optional(),
  caching: optionsSchema<NonNullable<ExchangePipelineOptions['caching']>>({
    maxAgeMs: optionValues.whole.optional(),
    expiryMarginMs: optionValues.whole.optional(),
    negativeTtlMs: optionValues.whole.optional(),
  }).optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  ratePerSecond: z.number().positive('must be a number of exchanges a second').optional(),
  resilience: optionsSchema<NonNullable<ExchangePipelineOptions['resilience']>>({
    retryPauseMs: optionValues.whole.optional(),
    breaker: z.looseObject({}, 'must be an object').optional(),
    random: optionValues.callable.optional(),
  }).optional(),
}

const OPTIONS = optionsSchema<ExchangePipelineOptions & { readonly adapter: TokenExchanger }>({
  adapter: optionValues.withFunctions('a TokenExchanger', 'exchange'),
  issuers: z
    .array(ISSUER, 'must be a list of issuers, see createIssuer')
    .min(1, 'must name at least one issuer'),
  exchangeIssuer: ISSUER.optional(),
  apiIssuers: z.array(ISSUER).optional(),
  families: z.array(z.array(ISSUER)).optional(),
  claimProfile: z.looseObject({}, 'must be a ClaimProfile').optional(),
  clientId: optionValues.text("our client's id at the authorization server"),
  tokenAudience: optionValues.text("this server's own audience"),
  ...EXCHANGE_SHAPE,
  shared: SHARED_COUNTS_OPTION.optional(),
  checks: optionsSchema<NonNullable<ExchangePipelineOptions['checks']>>(CHECKS_SHAPE).optional(),
  revocation: optionValues.withFunctions('a Revocation', 'watch').optional(),
  clock: optionValues.callable.optional(),
  timers: optionValues.withFunctions('Timers', 'after').optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
})

/**
 * Puts everything around an adapter that a token exchange needs, with the same port: the cache outermost, then
 * the rate limit, retry and circuit breaker, then the checks on the returned token. With `revocation`, nothing is exchanged for users who
 * are signed out.
 *
 * @category Token exchange
 * @example
 * const exchanger = createExchangePipeline(adapter, {
 *   issuers: [issuer],
 *   clientId: 'client-id',
 *   tokenAudience: 'https://mcp.example.com/mcp',
 *   log,
 * })
 */
export function createExchangePipeline(
  adapter: TokenExchanger,
  options: ExchangePipelineOptions,
): TokenExchanger {
  assertOptions('createExchangePipeline', OPTIONS, { ...options, adapter })
  const { issuers, exchangeIssuer, clientId, tokenAudience, clock, timers, log } = options
  const { families, revocation } = options
  const verifying = createVerifyingExchanger(adapter, {
    issuerOf: (name) => issuers.find(({ issuer }) => issuer === name),
    exchangeIssuer,
    apiIssuers: options.apiIssuers,
    familyOf: (name) => familyOf(name, families),
    claimProfile: options.claimProfile,
    clientId,
    tokenAudience,
    clock,
    log,
    ...options.checks,
  })
  // Right in front of the exchange, and behind the checks on its token: users may be signed out while their exchange waits.
  const signedIn = createSignedInExchanger(verifying, revocation)
  const resilient = createResilientExchanger(signedIn, {
    ...options.resilience,
    timeoutMs: options.timeoutMs,
    ratePerSecond: options.ratePerSecond,
    shared: options.shared,
    exchangeIssuer: exchangeIssuer?.issuer,
    primaryOf: (name) => primaryOf(name, families),
    clock,
    timers,
    log,
    observer: options.observer,
  })
  const caching = createCachingExchanger(resilient, {
    ...options.caching,
    cache: options.cache ?? createMemoryTokenCache({ maxEntries: options.cacheEntries }),
    clientId,
    subjectTokenType: options.subjectTokenType ?? ACCESS_TOKEN_TYPE,
    exchangeIssuer: exchangeIssuer?.issuer,
    leaseMs: (options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs) + LEASE_MARGIN_MS,
    clock,
    timers,
    log,
    observer: options.observer,
  })
  return createSignedInCache(caching, revocation)
}
