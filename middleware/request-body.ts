import { json, urlencoded, type RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/errors.js'
import { assertNoTokenInBody } from '../src/identity/credentials.js'

/**
 * Refuses a form-encoded body that carries an `access_token` (RFC 6750 §2.2), with `malformed_credentials`.
 *
 * Comes before authentication. Reads form-encoded bodies up to 32 KiB and no others: an MCP request never is
 * one, so this only finds out which mistake the client made.
 */
export function formBody(): RequestHandler[] {
  return [urlencoded({ extended: false, limit: 32 * 1024 }), noTokenInBody]
}

/**
 * Parses a JSON body of at most `maxBytes` into `req.body`; refuses one with an `access_token` at its top, a
 * batch of more than 50 messages, which the limits in front count as one request, and a body that calls itself
 * anything but JSON: an MCP server behind that is less strict about the type would read a call that nobody
 * has decided about.
 *
 * Comes after authentication, so that strangers do not make us parse.
 */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [
    // Whatever is JSON is let through: that a number is no message is for the protocol to say.
    json({ limit: maxBytes, strict: false }),
    ...[noUnreadBody, boundedDepth, noTokenInBody, boundedBatch],
  ]
}

const noTokenInBody: RequestHandler = function noTokenInBodyMiddleware(req, _res, next) {
  assertNoTokenInBody(req.body)
  next()
}

const noUnreadBody: RequestHandler = function noUnreadBodyMiddleware(req, _res, next) {
  const { 'transfer-encoding': chunked, 'content-length': length = '0' } = req.headers
  if (req.body === undefined && (chunked !== undefined || length !== '0')) {
    throw new OnBehalfOfError('unsupported_media_type')
  }
  next()
}

const MAX_BATCH = 50
const MAX_DEPTH = 64

/** Deeper values make recursive code overflow its stack, ours or a library's. */
const boundedDepth: RequestHandler = function boundedDepthMiddleware(req, _res, next) {
  let level: readonly unknown[] = [req.body]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new OnBehalfOfError('invalid_request', { reason: 'too_deep' })
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    )
  }
  next()
}

const boundedBatch: RequestHandler = function boundedBatchMiddleware(req, _res, next) {
  const body: unknown = req.body
  if (Array.isArray(body) && body.length > MAX_BATCH) {
    throw new OnBehalfOfError('invalid_request', {
      reason: 'batch_too_long',
      description: `A batch may hold ${MAX_BATCH} messages at the most.`,
    })
  }
  next()
}
