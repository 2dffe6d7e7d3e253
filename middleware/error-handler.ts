import type { ErrorRequestHandler, Request, Response } from 'express'
import { buildChallenge } from '../src/challenge.js'
import { describeError } from '../src/describe-error.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../src/errors.js'
import { FAILURE_TABLE, failureText } from '../src/failure-table.js'
import type { Log } from '../src/log.js'
import { requestIdOf } from './request-context.js'

export interface ErrorHandlerOptions {
  readonly resourceMetadataUrl: URL
  /** What a 401 asks the client to request at sign-in. */
  readonly baselineScopes: readonly string[]
  readonly log: Log
}

/** The one place where a failure becomes an HTTP answer: status, challenge, body, log line. */
export function errorHandler(options: ErrorHandlerOptions): ErrorRequestHandler {
  return function errorHandlerMiddleware(thrown: unknown, req, res, next) {
    const error = fromExpress(thrown)
    logFailure(error, req, options.log)
    if (res.headersSent) {
      next(thrown)
      return
    }
    answer(error, { req, res, options })
  }
}

interface Exchange {
  readonly req: Request
  readonly res: Response
  readonly options: ErrorHandlerOptions
}

function answer(error: OnBehalfOfError, { req, res, options }: Exchange): void {
  const rule = FAILURE_TABLE[error.code]
  const { retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', `${retryAfterSeconds}`)
  const challenge = challengeFor(error, options)
  if (challenge !== undefined) res.setHeader('WWW-Authenticate', challenge)
  res.setHeader('Cache-Control', 'no-store')
  const message = failureText(error.code, error.details)
  const requestId = requestIdOf(req)
  const status = rule.surface === 'http' ? rule.status : 500
  res
    .status(status)
    .json(
      rule.challenge === 'none'
        ? jsonRpcError(error, message, requestId)
        : oauthError(rule.challenge === 'plain' ? 'unauthorized' : rule.challenge, message),
    )
}

function challengeFor(error: OnBehalfOfError, options: ErrorHandlerOptions): string | undefined {
  const rule = FAILURE_TABLE[error.code]
  if (rule.challenge === 'none') return undefined
  const scopes = error.details.scopes ?? (rule.status === 401 ? options.baselineScopes : undefined)
  return buildChallenge({
    resourceMetadata: options.resourceMetadataUrl.href,
    ...(scopes === undefined ? {} : { scopes }),
    ...(rule.challenge === 'plain'
      ? {}
      : { error: rule.challenge, errorDescription: failureText(error.code, error.details) }),
  })
}

function oauthError(error: string, description: string): object {
  return { error, error_description: description }
}

function jsonRpcError(error: OnBehalfOfError, message: string, requestId: string): object {
  const code =
    error.details.reason === 'not_json' ? -32700 : error.code === 'internal_error' ? -32603 : -32000
  return {
    jsonrpc: '2.0',
    id: null,
    error: { code, message, data: { code: error.code, requestId } },
  }
}

function logFailure(error: OnBehalfOfError, req: Request, log: Log): void {
  const rule = FAILURE_TABLE[error.code]
  log.event(rule.logLevel, 'request_refused', {
    code: error.code,
    reason: error.details.reason,
    security: rule.security,
    requestId: requestIdOf(req),
    method: req.method,
    path: req.path,
    ...error.details.log,
    ...(error.details.cause === undefined ? {} : { err: describeError(error) }),
  })
}

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
    return new OnBehalfOfError('invalid_request', {
      reason: typeof type === 'string' ? type : 'bad_request',
    })
  }
  return asOnBehalfOfError(thrown)
}
