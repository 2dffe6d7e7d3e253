import { CLIENT_AUTHENTICATION_SCHEMA } from './client-authentication.js'
import type { OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { EXCHANGE_DEFAULTS } from './exchange-defaults.js'
import { CallDeadline } from '../time/call-deadline.js'
import { systemClock, type Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { jsonObject } from '../http/json-object.js'
import type { Fetch } from '../http/fetch-json.js'
import { USER_AGENT } from '../version.js'
import { connectionFault } from './connection-fault.js'
import { exchangeFailure } from './exchange-failure.js'
import { exchangeOutage } from './exchange-outage.js'
import type { RefusalReader } from './refusal-reader.js'
import { rejected } from './rejection.js'
import {
  rateLimitsIn,
  captureResponse,
  refusalIn,
  withoutSecrets,
  type ResponseCapture,
  type TokenEndpointAnswer,
} from './token-response.js'
import type { ExchangedToken, ExchangeOptions, TokenExchangeRequest } from './token-exchanger.js'

export interface RecordedExchangeOptions {
  /** Reaches the token endpoint. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  /** For one exchange from connecting to the last byte. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Knows the refusals of this authorization server. Default: they are read by the RFCs. */
  readonly readRefusal?: RefusalReader | undefined
  readonly clock?: Clock | undefined
}

/** The schemas of `RecordedExchangeOptions`, for options that hold them. */
export const TOKEN_REQUEST_SHAPE: OptionsShape<RecordedExchangeOptions> = {
  fetch: optionValues.callable.optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  readRefusal: optionValues.callable.optional(),
  clock: optionValues.callable.optional(),
}

/** The options of an adapter that exchanges as a client of ours. */
export const EXCHANGING_CLIENT_SHAPE = {
  ...TOKEN_REQUEST_SHAPE,
  clientId: optionValues.text("our client's id at the authorization server"),
  clientAuthentication: CLIENT_AUTHENTICATION_SCHEMA,
  subjectTokenType: optionValues.text('a URI').optional(),
}

/**
 * Runs one token request, by way of a library or not, and settles what came of it from the bare answer.
 *
 * `run` gets the `fetch` and the `post` that this request has to be made with: they know the deadline and the caller's
 * signal, follow no redirect, and name us. Whatever `run` throws, the codes are those of the port.
 */
export async function sendTokenRequest(
  request: Pick<TokenExchangeRequest, 'clientAddress'> & {
    readonly caller: Pick<TokenExchangeRequest['caller'], 'issuedAtSeconds'>
  },
  { signal, onRateLimits }: ExchangeOptions,
  options: RecordedExchangeOptions & {
    readonly run: (ways: Pick<ResponseCapture, 'fetch' | 'post'>) => Promise<ExchangedToken>
  },
): Promise<ExchangedToken> {
  const { clock = systemClock } = options
  const deadline = new CallDeadline(options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs, signal)
  const capture = captureResponse({
    fetch: options.fetch ?? globalThis.fetch,
    signal: deadline.signal,
    userAgent: USER_AGENT,
    headers:
      request.clientAddress === undefined
        ? undefined
        : { 'auth0-forwarded-for': request.clientAddress },
  })
  try {
    return await options.run(capture)
  } catch (cause) {
    if (cause instanceof OnBehalfOfError) throw cause
    const { issuedAtSeconds } = request.caller
    const subject = { clock, issuedAtSeconds }
    const refusal = refusalIn(capture.answer(), clock)
    if (refusal !== undefined) {
      const known = withoutSecrets(refusal, capture.secrets())
      const retryAfterSeconds = known.retryAfterSeconds ?? 5
      throw exchangeFailure({ ...known, retryAfterSeconds }, subject, options.readRefusal)
    }
    assertNoForeignTokenType(capture.answer(), cause)
    throw unusableAnswer(capture, { deadline, cause })
  } finally {
    deadline.end()
    onRateLimits?.(rateLimitsIn(capture.answer(), clock))
  }
}

/**
 * A token of another type than `Bearer` is no outage: libraries refuse it like any malformed answer, but it is
 * a token that was not asked for.
 */
function assertNoForeignTokenType(answer: TokenEndpointAnswer | undefined, cause: unknown): void {
  const { access_token: token, token_type: type } = jsonObject(answer?.text ?? '')
  if (typeof token !== 'string' || token === '') return
  if (typeof type === 'string' && type.toLowerCase() === 'bearer') return
  throw rejected('token_type', { of: 'TokenType', expected: 'Bearer', received: type, cause })
}

function unusableAnswer(
  { answer, failure }: ResponseCapture,
  { deadline, cause }: { readonly deadline: CallDeadline; readonly cause: unknown },
): OnBehalfOfError {
  const arrived = answer() === undefined ? connectionFault(failure() ?? cause) : 'nonsense'
  return exchangeOutage(deadline.timedOut ? 'timed_out' : arrived, cause)
}
