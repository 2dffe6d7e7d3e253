import type { ErrorRequestHandler, Request } from 'express'
import { describeError } from '../src/logging/describe-error.js'
import { asOnBehalfOfError, OnBehalfOfError, type FailureDetails } from '../src/failures/errors.js'
import type { ChallengeForm } from '../src/failures/challenge-form.js'
import { CHALLENGE_SHAPE, type ChallengeOptions } from '../src/failures/failure-response.js'
import { FAILURE_TABLE } from '../src/failures/failure-table.js'
import { logEvent } from '../src/logging/log-event.js'
import { LOGGER_OPTION, type Logger } from '../src/logging/logger.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { scrub } from '../src/logging/scrub.js'
import { failureAnswer } from './failure-answer.js'
import { messagesOf } from './observed-messages.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** What `errorHandler` needs: what challenges say, and where failures are logged. */
export interface ErrorHandlerOptions extends ChallengeOptions {
  readonly log: Logger
  /** Whose failures are answered here; others go on to the next error handler. Default: everybody's. */
  readonly answers?: ((req: Request) => boolean) | undefined
}

const OPTIONS = optionsSchema<ErrorHandlerOptions>({
  ...CHALLENGE_SHAPE,
  log: LOGGER_OPTION,
  answers: optionValues.callable.optional(),
})

/**
 * Turns failures into answers and log lines. Mount it last.
 *
 * A refused call of a client that acts on results is answered by one, see `takesResults`; everything else by an HTTP error.
 *
 * Answers every `OnBehalfOfError`, and other errors of the requests that `answers` accepts.
 *
 * @category Middleware
 * @example
 * app.use(
 *   errorHandler({
 *     resourceMetadataUrl: metadataUrl(endpoint),
 *     baselineScopes: ['tool:greet'],
 *     log,
 *   }),
 * )
 */
export function errorHandler(options: ErrorHandlerOptions): ErrorRequestHandler {
  assertOptions('errorHandler', OPTIONS, options)
  return function errorHandlerMiddleware(thrown: unknown, req, res, next) {
    if (!(thrown instanceof OnBehalfOfError) && options.answers?.(req) === false) {
      next(thrown)
      return
    }
    const error = fromExpress(thrown)
    const answer = failureAnswer(error, req, options)
    logFailure(error, req, { log: options.log, form: answer.form })
    if (res.headersSent) {
      next(thrown)
      return
    }
    res.status(answer.status).set(answer.headers).end(answer.body)
  }
}

/** How a failure is sent, and where that is logged. */
export interface LoggedAnswer {
  readonly log: Logger
  readonly form: ChallengeForm
}

/** Writes the log line of a refused request, and tells its observation. */
export function logFailure(
  error: OnBehalfOfError,
  req: Request,
  { log, form }: LoggedAnswer,
): void {
  const described = stateOf(req).observation?.failed(error, messagesOf(req))
  const rule = FAILURE_TABLE[error.code]
  const level = error.details.repeated === true ? 'debug' : rule.logLevel
  logEvent(log, level, {
    event: 'request_refused',
    code: error.code,
    reason: error.details.reason,
    status: error.details.status,
    security: rule.security,
    form,
    requestId: requestIdOf(req),
    method: scrub(req.method, 20),
    path: scrub(decoded(req.path), 200),
    ...described,
    ...error.details.log,
    err: error.details.cause === undefined ? undefined : describeError(error),
  })
}

/** An encoded token is one as well. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What is wrong, and what a client has to change, by the type of the body parser's error. */
const BODY_FAULTS: ReadonlyMap<unknown, FailureDetails> = new Map([
  [
    'charset.unsupported',
    { reason: 'charset_unsupported', description: 'Send the request body in UTF-8.' },
  ],
  [
    'encoding.unsupported',
    {
      reason: 'encoding_unsupported',
      description: 'Send the request body as it is, or by gzip, deflate or br.',
    },
  ],
  [
    'request.size.invalid',
    {
      reason: 'size_mismatch',
      description: 'The request body is not as long as its Content-Length says.',
    },
  ],
])

/** Express's body parser reports by `type` and `status`; anything else foreign is an internal error. */
function fromExpress(thrown: unknown): OnBehalfOfError {
  if (thrown instanceof OnBehalfOfError) return thrown
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown }
  if (type === 'entity.too.large') return new OnBehalfOfError('request_too_large')
  if (type === 'entity.parse.failed') {
    return new OnBehalfOfError('invalid_request', {
      reason: 'not_json',
      description: 'The request body is not valid JSON.',
    })
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new OnBehalfOfError('invalid_request', BODY_FAULTS.get(type) ?? unreadable(type))
  }
  return asOnBehalfOfError(thrown)
}

/** The log has the parser's own word for it: `request.aborted`, `stream.encoding.set`. */
function unreadable(type: unknown): FailureDetails {
  const log = typeof type === 'string' ? { bodyError: scrub(type, 80) } : {}
  return { reason: 'body_unreadable', log }
}
