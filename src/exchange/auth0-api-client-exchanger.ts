import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { EXCHANGE_DEFAULTS } from './exchange-defaults.js'
import { withDeadline } from '../time/call-deadline.js'
import { systemClock, type Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import { connectionFault } from './connection-fault.js'
import { exchangeFailure } from './exchange-failure.js'
import { exchangeOutage } from './exchange-outage.js'
import { rateLimitsIn, refusalIn, type TokenEndpointAnswer } from './token-response.js'
import {
  ACCESS_TOKEN_TYPE,
  type ExchangedToken,
  type TokenExchanger,
  type TokenExchangeRequest,
} from './token-exchanger.js'
import { untilAborted } from '../time/until-aborted.js'

/** What `ApiClient` of `@auth0/auth0-api-js` resolves with. `expiresAt` is in epoch seconds. */
export interface ApiClientToken {
  readonly accessToken: string
  readonly expiresAt: number
  readonly scope?: string | undefined
  readonly tokenType?: string | undefined
  readonly issuedTokenType?: string | undefined
}

/** The part of `ApiClient` of `@auth0/auth0-api-js` that exchanges tokens, by its public shape. */
export interface ExchangingApiClient {
  /** Exchanges an access token of Auth0 for one with another audience (On-Behalf-Of). */
  getTokenOnBehalfOf(
    accessToken: string,
    options: { readonly audience: string; readonly scope?: string },
  ): Promise<ApiClientToken>
  /** Exchanges a token by a profile of Custom Token Exchange. */
  getTokenByExchangeProfile(
    subjectToken: string,
    options: {
      readonly subjectTokenType: string
      readonly audience: string
      readonly scope?: string
      readonly requestedTokenType?: string
      readonly organization?: string
    },
  ): Promise<ApiClientToken>
}

/** What `createAuth0ApiClientExchanger` needs: your client. */
export interface Auth0ApiClientExchangerOptions {
  readonly apiClient: ExchangingApiClient
  /** Set for Custom Token Exchange: the subject token type of the profile. Default: On-Behalf-Of. */
  readonly subjectTokenType?: string | undefined
  /** For one exchange. Default 5000. The client cannot be told to stop: past it, its answer is dropped. */
  readonly timeoutMs?: number | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<Auth0ApiClientExchangerOptions>({
  apiClient: optionValues.withFunctions(
    'an ApiClient of @auth0/auth0-api-js',
    'getTokenOnBehalfOf',
  ),
  subjectTokenType: optionValues.text('a URI').optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Exchanges tokens with an `ApiClient` of `@auth0/auth0-api-js` that somebody else has made.
 *
 * The client makes its own requests: it sends its own `User-Agent` and no `auth0-forwarded-for`, follows its
 * own `fetch`, and exchanges at the one domain it was made for. The answer is taken as it came.
 *
 * @category Token exchange
 */
export function createAuth0ApiClientExchanger(
  options: Auth0ApiClientExchangerOptions,
): TokenExchanger {
  assertOptions('createAuth0ApiClientExchanger', OPTIONS, options)
  const { apiClient, subjectTokenType, clock = systemClock } = options
  return {
    async exchange(request, { signal, onRateLimits } = {}) {
      try {
        const timeoutMs = options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs
        const call = callClient(apiClient, request, subjectTokenType)
        return await withDeadline(timeoutMs, async (deadline) =>
          exchangedToken(await endedBy(call, deadline, signal)),
        )
      } catch (cause) {
        if (cause instanceof OnBehalfOfError) throw cause
        const { issuedAtSeconds } = request.caller
        const subject = { clock, issuedAtSeconds }
        const answer = answerOf(cause)
        onRateLimits?.(rateLimitsIn(answer, clock))
        const refusal = refusalIn(answer, clock)
        if (refusal !== undefined) throw exchangeFailure(refusal, subject)
        throw exchangeOutage(answer === undefined ? connectionFault(cause) : 'nonsense', cause)
      }
    },
  }
}

function callClient(
  apiClient: ExchangingApiClient,
  request: TokenExchangeRequest,
  subjectTokenType: string | undefined,
): Promise<ApiClientToken> {
  const { organization } = request.caller
  const token = request.subjectToken.reveal()
  const scope = request.scopes.length === 0 ? undefined : request.scopes.join(' ')
  const wanted = { audience: request.audience, ...withoutUndefined({ scope }) }
  if (subjectTokenType === undefined || subjectTokenType === ACCESS_TOKEN_TYPE) {
    return apiClient.getTokenOnBehalfOf(token, wanted)
  }
  return apiClient.getTokenByExchangeProfile(token, {
    ...wanted,
    subjectTokenType,
    requestedTokenType: ACCESS_TOKEN_TYPE,
    ...withoutUndefined({ organization }),
  })
}

function exchangedToken(result: ApiClientToken): ExchangedToken {
  const { accessToken, expiresAt, scope, tokenType, issuedTokenType } = result
  if (typeof accessToken !== 'string') throw exchangeOutage('nonsense')
  return {
    token: new Secret(accessToken),
    expiresAtSeconds: Number.isFinite(expiresAt) ? expiresAt : undefined,
    scopes: scope === undefined ? undefined : parseScope(scope),
    // The client asks for these very types and leaves out what its older versions did not report.
    tokenType: tokenType ?? 'Bearer',
    issuedTokenType: issuedTokenType ?? ACCESS_TOKEN_TYPE,
  }
}

/**
 * The library's `TokenExchangeError` keeps status, headers and OAuth error on itself or along its causes; an
 * empty `error` is its way to say that there was none.
 */
function answerOf(thrown: unknown): TokenEndpointAnswer | undefined {
  let [status, error, headers]: [number?, string?, Headers?] = []
  let level: unknown = thrown
  for (let depth = 0; depth < 5 && typeof level === 'object' && level !== null; depth += 1) {
    const found = level as Readonly<Record<string, unknown>>
    if (typeof found['statusCode'] === 'number') status ??= found['statusCode']
    headers ??= headersOf(found['headers'])
    if (typeof found['error'] === 'string' && found['error'] !== '') error ??= found['error']
    level = found['cause']
  }
  if (status === undefined && error === undefined) return undefined
  return {
    status: status ?? likelyStatus(error),
    headers: headers ?? new Headers(),
    text: JSON.stringify({ error }),
  }
}

/** Those of another `fetch` than the global one are of another class. */
function headersOf(value: unknown): Headers | undefined {
  const readable = typeof value === 'object' && value !== null && Symbol.iterator in value
  return readable && typeof (value as Partial<Headers>).get === 'function'
    ? new Headers([...(value as Headers)])
    : undefined
}

/** Older versions of the library report the OAuth error without its status. */
function likelyStatus(error: string | undefined): number {
  if (error === 'too_many_requests' || error === 'too_many_attempts') return 429
  return error === 'server_error' || error === 'temporarily_unavailable' ? 500 : 400
}

/** Waits for a call that cannot be stopped, no longer than somebody wants its result. */
function endedBy<T>(
  call: Promise<T>,
  deadline: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<T> {
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  return untilAborted(call, either, () =>
    signal?.aborted === true
      ? new OnBehalfOfError('cancelled', { cause: signal.reason })
      : exchangeOutage('timed_out'),
  )
}
