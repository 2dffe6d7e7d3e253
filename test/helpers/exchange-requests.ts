import {
  OnBehalfOfError,
  type FailureCode,
  type FailureDetails,
} from '../../src/failures/errors.js'
import { exchangeFailure } from '../../src/exchange/exchange-failure.js'
import { exchangeOutage, type OutageReason } from '../../src/exchange/exchange-outage.js'
import type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from '../../src/exchange/token-exchanger.js'
import { resolveTarget, type ExchangeTarget } from '../../src/exchange/exchange-target.js'
import type { RateLimit } from '../../src/exchange/rate-limits.js'
import type { Caller } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import { deferred, type Deferred } from '../unit/outcomes.js'

export const ISSUER = 'https://issuer.example/'
export const API = 'https://api.example/'
/** The time at which `ManualClock` starts. */
export const NOW_SECONDS = 2_000_000_000

export function callerOf(changes: Partial<Caller> = {}): Caller {
  return {
    issuer: ISSUER,
    subject: 'auth0|alice',
    clientId: 'some-client',
    scopes: ['tool:greet'],
    expiresAtSeconds: NOW_SECONDS + 3_600,
    ...changes,
  }
}

export interface RequestChanges {
  readonly caller?: Partial<Caller>
  readonly subjectToken?: string
  readonly audience?: string
  readonly scopes?: readonly string[]
  readonly claims?: string | undefined
  readonly target?: ExchangeTarget
}

export function requestOf(changes: RequestChanges = {}): TokenExchangeRequest {
  return {
    caller: callerOf(changes.caller),
    subjectToken: new Secret(changes.subjectToken ?? 'subject-token'),
    audience: changes.audience ?? API,
    scopes: changes.scopes ?? ['read:private'],
    claims: changes.claims,
    target:
      changes.target === undefined
        ? undefined
        : resolveTarget(changes.audience ?? API, changes.target),
  }
}

export function exchangedOf(
  token: string,
  changes: Partial<Omit<ExchangedToken, 'token'>> = {},
): ExchangedToken {
  return {
    token: new Secret(token),
    tokenType: 'bearer',
    issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    expiresAtSeconds: NOW_SECONDS + 600,
    ...changes,
  }
}

export interface Exchange {
  readonly request: TokenExchangeRequest
  readonly options: ExchangeOptions
  readonly outcome: Deferred<ExchangedToken>
}

/** An exchanger whose exchanges a test ends by hand. */
export class HeldExchanger implements TokenExchanger {
  readonly exchanges: Exchange[] = []

  exchange(request: TokenExchangeRequest, options: ExchangeOptions = {}): Promise<ExchangedToken> {
    const outcome = deferred<ExchangedToken>()
    this.exchanges.push({ request, options, outcome })
    return outcome.promise
  }

  /** The exchange that began as the `index`th. */
  at(index: number): Exchange {
    const found = this.exchanges[index]
    if (found === undefined) throw new Error(`there was no exchange ${index}`)
    return found
  }
}

/** An exchanger that answers at once, as `answer` says for the `count`th exchange, from 1. */
export class PromptExchanger implements TokenExchanger {
  readonly requests: TokenExchangeRequest[] = []
  /** What each answer says about rate limits. */
  limits: readonly RateLimit[] = []
  answer: (request: TokenExchangeRequest, count: number) => ExchangedToken

  constructor(answer?: (request: TokenExchangeRequest, count: number) => ExchangedToken) {
    this.answer = answer ?? ((_request, count) => exchangedOf(`exchanged-${count}`))
  }

  get count(): number {
    return this.requests.length
  }

  exchange(
    request: TokenExchangeRequest,
    { onRateLimits }: ExchangeOptions = {},
  ): Promise<ExchangedToken> {
    this.requests.push(request)
    onRateLimits?.(this.limits)
    return new Promise((resolve) => {
      resolve(this.answer(request, this.requests.length))
    })
  }
}

/** The failure that adapters report where no usable answer came, or one of this status. */
export function unavailable(what: OutageReason | number): OnBehalfOfError {
  return typeof what === 'number'
    ? exchangeFailure({ status: what }, { clock: () => NOW_SECONDS * 1_000 })
    : exchangeOutage(what)
}

/** For `PromptExchanger`: fails. */
export function failing(code: FailureCode, details: FailureDetails = {}): () => never {
  return () => {
    throw new OnBehalfOfError(code, details)
  }
}

export function revealed(token: ExchangedToken): string {
  return token.token.reveal()
}
