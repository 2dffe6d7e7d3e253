import { API_CALL_DEFAULTS, MAX_STREAM_BYTES } from './api-call-defaults.js'
import type { ZodType } from 'zod'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import type { Clock } from '../time/clock.js'
import { untilAborted } from '../time/until-aborted.js'
import { claimsWanted } from '../exchange/claims-wanted.js'
import type { ExchangeTarget } from '../exchange/exchange-target.js'
import type { HttpSender } from '../http/http-sender.js'
import type { Secret } from '../secret.js'
import { claimsWantedBy } from './api-claims-challenge.js'
import { apiProblem } from './api-problem.js'
import { NO_NAMES } from './plain-words.js'
import { apiRefusal, type ToolOfCall } from './api-refusal.js'
import { callAnswer, isOk, type CallAnswer } from './call-answer.js'
import type {
  AnyPath,
  RequestArguments,
  RequestOf,
  SafePath,
  TemplateRequest,
} from './downstream-request.js'
import { guardBody, readGuarded } from './guard-body.js'
import { outgoingRequest, type OutgoingRequest } from './outgoing-request.js'
import { readAnswer } from './read-answer.js'
import { sendObserved, type ObserveApiCall } from './send-observed.js'
import type { TraceContext } from './trace-context.js'

/**
 * One protected API: where it is and how the authorization server calls it.
 *
 * @category Start here
 */
export interface DownstreamApi {
  /** The API's identifier at the authorization server, byte for byte: a trailing slash matters. */
  readonly audience: string
  /** Where its paths start. A trailing slash is meaningless. */
  readonly baseUrl: URL
  /** How tokens for it are exchanged, where it is not as for the others. */
  readonly exchange?: ExchangeTarget | undefined
  /**
   * Whether the failure of a call that the API did not accept (400, 409, 422) tells the model what the API says of it: problem
   * details (RFC 9457) or another JSON of errors, as one bounded and scrubbed line in quotation marks. Default false.
   */
  readonly problems?: boolean | undefined
}

/**
 * The API as the signed-in user, for one tool call.
 *
 * A path is a literal with names in braces, such as `'/projects/{projectId}'`, or a `PathTemplate`. Values are given
 * as `params`; a value that would change the path is refused (`invalid_argument`).
 *
 * A lost connection or a 401 is tried once more, except for POST and PATCH without an `idempotency` key. Where the 401 is a claims challenge, the new token
 * is asked for with these claims. Redirects are not followed.
 *
 * @category Calling the API
 */
export interface DownstreamClient {
  /**
   * Calls the API and resolves with its answer, whatever the status.
   *
   * Rejects with `downstream_unavailable` when no answer arrives in time, `invalid_argument` for a value that cannot
   * stand in a path, `misconfigured` for a forbidden path, method or header, and the codes of the exchange. Reading a
   * body that is too large or holds the token fails with `downstream_failed`.
   */
  fetch<const Path extends AnyPath>(
    path: SafePath<Path>,
    ...request: RequestArguments<Path>
  ): Promise<Response>
  /**
   * Calls the API and resolves with its JSON, validated by `schema`. A 2xx without a body is `undefined` to the
   * schema.
   *
   * Rejects as `fetch`, and with `downstream_unauthorized` (401), `reauthentication_required` (a claims challenge that a new
   * token did not end), `downstream_forbidden` or `downstream_scope_denied`
   * (403), `downstream_unavailable` (429, 5xx), and `downstream_failed` (other statuses, invalid JSON, another
   * shape).
   */
  json<const Path extends AnyPath, T>(
    path: SafePath<Path>,
    request: RequestOf<Path> & { readonly schema: ZodType<T> },
  ): Promise<T>
  /**
   * Calls the API and resolves with its answer if that is a success (2xx), of any media type.
   *
   * Rejects as `fetch`, and for other statuses as `json`. The body is a stream of at most 32 MiB: keep no more of it than is
   * needed.
   */
  content<const Path extends AnyPath>(
    path: SafePath<Path>,
    ...request: RequestArguments<Path>
  ): Promise<DownstreamContent>
}

/**
 * A success of the API, whose body has not been read.
 *
 * @category Calling the API
 */
export interface DownstreamContent {
  /** Its body breaks off with `downstream_failed` where it holds the token that the API was sent. */
  readonly response: Response
  /** The address that was called, with the values in it. */
  readonly url: URL
  /**
   * Throws `downstream_failed` for a text with that token in it: for what the body has only once it is decoded, such as the
   * escapes of JSON.
   */
  assertNoToken(text: string): void
}

/** Where the client gets its token from. */
export interface DownstreamTokenSource {
  token(): Promise<Secret>
  /** Another token in place of one that the API has refused, with the claims that the API wants of it, if any. */
  renew(rejected: Secret, claims?: string): Promise<Secret>
  /** Gives up a token that the API has refused, where the call is not made again. */
  discard?(rejected: Secret): Promise<void>
}

export interface DownstreamClientOptions {
  readonly api: DownstreamApi
  readonly tokens: DownstreamTokenSource
  readonly send: HttpSender
  /** Ends the calls, for a caller that no longer wants the answer. */
  readonly signal?: AbortSignal | undefined
  /** Passed on to the API. */
  readonly trace?: TraceContext | undefined
  /** For one call from connecting to the last byte. Default 10000. */
  readonly timeoutMs?: number | undefined
  /** The largest body that can be read. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** Who calls, and with which scopes: for the log of an API that wants more. */
  readonly tool?: ToolOfCall | undefined
  /** Observes each request to the API. Default: nobody does. */
  readonly observe?: ObserveApiCall | undefined
  /** Says what a failure is to the handler and the client. Default: itself. */
  readonly settled?: ((failure: OnBehalfOfError) => OnBehalfOfError) | undefined
  /** Gets each failure that a call ends with, before the handler does. */
  readonly report?: ((failure: OnBehalfOfError) => void) | undefined
}

/** Creates the client that a tool's handler gets. The handler cannot reach the token through it. */
export function createDownstreamClient(options: DownstreamClientOptions): DownstreamClient {
  const { maxBytes = API_CALL_DEFAULTS.maxBytes } = options
  const report = (thrown: unknown): OnBehalfOfError => reported(thrown, options)
  return {
    async fetch(path: AnyPath, request: TemplateRequest = {}) {
      try {
        const { answer } = await call(path, request, options)
        return guardBody(answer, maxBytes, report)
      } catch (thrown) {
        throw report(thrown)
      }
    },
    async content(path: AnyPath, request: TemplateRequest = {}) {
      try {
        const { answer, outgoing } = await call(path, request, options)
        if (!isOk(answer.response)) {
          try {
            throw await refusal({ answer, outgoing }, request, options)
          } finally {
            answer.over()
          }
        }
        return {
          response: guardBody(answer, Math.max(maxBytes, MAX_STREAM_BYTES), report),
          url: outgoing.url,
          assertNoToken: (text: string) => {
            if (answer.echo.isIn(text)) throw report(answer.echoed())
          },
        }
      } catch (thrown) {
        throw report(thrown)
      }
    },
    async json<T>(path: AnyPath, request: TemplateRequest & { readonly schema: ZodType<T> }) {
      try {
        assertSchema(request)
        const { answer, outgoing } = await call(path, request, options)
        try {
          if (!isOk(answer.response)) throw await refusal({ answer, outgoing }, request, options)
          return await readAnswer(await readGuarded(answer, maxBytes), answer, request.schema)
        } finally {
          answer.over()
        }
      } catch (thrown) {
        throw report(thrown)
      }
    },
  }
}

function reported(
  thrown: unknown,
  { settled, report }: Pick<DownstreamClientOptions, 'settled' | 'report'>,
): OnBehalfOfError {
  const found = asOnBehalfOfError(thrown)
  const failure = settled?.(found) ?? found
  report?.(failure)
  return failure
}

async function refusal(
  { answer, outgoing }: Called,
  { argumentNames }: TemplateRequest,
  options: DownstreamClientOptions,
): Promise<OnBehalfOfError> {
  const apiSays =
    options.api.problems === true
      ? await apiProblem(answer, argumentNames?.() ?? NO_NAMES)
      : undefined
  return apiRefusal(answer, outgoing, { ...options, apiSays })
}

interface Called {
  readonly outgoing: OutgoingRequest
  readonly answer: CallAnswer
}

async function call(
  path: AnyPath,
  request: TemplateRequest,
  options: DownstreamClientOptions,
): Promise<Called> {
  const { api, tokens, signal, trace } = options
  const outgoing = outgoingRequest(api.baseUrl, {
    path,
    request,
    trace,
  })
  const token = await tokens.token()
  const sent = await sendObserved(outgoing, token, options)
  const first = { outgoing, answer: callAnswer(sent, { outgoing, tokens: [token], signal }) }
  if (sent.response.status !== 401) return first
  const claims = claimsWantedBy(sent.response.headers, first.answer.echo)
  const again = outgoing.repeatable
  if (!again && claims === undefined) {
    await tokens.discard?.(token)
    return first
  }
  sent.response.body?.cancel()
  sent.over()
  const other = await renewed(tokens.renew(token, claims), signal)
  if (!again) throw notMadeAgain(first, { claims, isRenewed: other.reveal() !== token.reveal() })
  const second = await sendObserved(outgoing, other, options)
  return { outgoing, answer: callAnswer(second, { outgoing, tokens: [token, other], signal }) }
}

/** The next call has the new token. Where there is none, another try would only meet the same challenge. */
function notMadeAgain(
  { answer, outgoing }: Called,
  { claims, isRenewed }: { readonly claims: string | undefined; readonly isRenewed: boolean },
): OnBehalfOfError {
  if (!isRenewed && claims !== undefined) return claimsWanted(claims)
  return apiRefusal(answer, outgoing)
}

/** Before the call: what it does could not be undone. */
function assertSchema({ schema }: { readonly schema: unknown }): void {
  if (typeof (schema as Partial<ZodType> | undefined)?.safeParseAsync === 'function') return
  const problem = 'json() has no schema: give { schema }, or use fetch()'
  throw new OnBehalfOfError('misconfigured', { reason: 'no_schema', log: { problem } })
}

/** The renewal may serve other calls too: an abort only ends the wait of this call. */
function renewed(token: Promise<Secret>, signal: AbortSignal | undefined): Promise<Secret> {
  if (signal === undefined) return token
  return untilAborted(
    token,
    signal,
    () => new OnBehalfOfError('cancelled', { cause: signal.reason }),
  )
}
