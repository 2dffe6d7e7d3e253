import { json, urlencoded, type Request, type RequestHandler } from 'express'
import { dropAbsentArguments } from '../src/http/absent-arguments.js'
import { OnBehalfOfError } from '../src/errors.js'
import { assertNoTokenInBody } from '../src/identity/credentials.js'
import { jsonCharset } from './json-charset.js'

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
 * batch of more than 50 messages, which the limits in front count as one request, ids of more than 256 characters,
 * and a body that calls itself anything but JSON: an MCP server behind that is less strict about the type would
 * read a call that nobody has decided about. A body that another parser in front left as text is `misconfigured`.
 *
 * Comes after authentication, so that strangers do not make us parse.
 */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [
    nothingButJson,
    jsonCharset(),
    // Whatever is JSON is let through: that a number is no message is for the protocol to say.
    json({ limit: maxBytes, strict: false }),
    ...[parsedByNow, boundedDepth, noTokenInBody, boundedBatch, boundedIds, withoutAbsent],
  ]
}

const noTokenInBody: RequestHandler = function noTokenInBodyMiddleware(req, _res, next) {
  assertNoTokenInBody(req.body)
  next()
}

const nothingButJson: RequestHandler = function nothingButJsonMiddleware(req, _res, next) {
  if (hasBody(req) && req.is('application/json') === false) {
    throw new OnBehalfOfError('unsupported_media_type')
  }
  const body: unknown = req.body
  if (typeof body === 'string' || Buffer.isBuffer(body)) throw notParsed()
  next()
}

const parsedByNow: RequestHandler = function parsedByNowMiddleware(req, _res, next) {
  if (hasBody(req) && req.body === undefined) throw notParsed()
  next()
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function notParsed(): OnBehalfOfError {
  const cure = 'mount no body parser but express.json() in front of the MCP endpoint'
  return new OnBehalfOfError('misconfigured', { reason: 'body_not_parsed', log: { cure } })
}

const MAX_BATCH = 50
const MAX_DEPTH = 64
const MAX_ID_LENGTH = 256

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

const withoutAbsent: RequestHandler = function withoutAbsentMiddleware(req, _res, next) {
  const body: unknown = req.body
  for (const message of Array.isArray(body) ? (body as unknown[]) : [body]) {
    dropAbsentArguments(message)
  }
  next()
}

/** An SDK keeps the id of each request that is under way. */
const boundedIds: RequestHandler = function boundedIdsMiddleware(req, _res, next) {
  const body: unknown = req.body
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  if (messages.some((message) => idsIn(message).some(isTooLong))) {
    throw new OnBehalfOfError('invalid_request', {
      reason: 'id_too_long',
      description: `The id of a request may have ${MAX_ID_LENGTH} characters at the most.`,
    })
  }
  next()
}

function idsIn(message: unknown): readonly unknown[] {
  const { id, params } = (message ?? {}) as { id?: unknown; params?: unknown }
  const { requestId, _meta } = (params ?? {}) as { requestId?: unknown; _meta?: unknown }
  const { progressToken } = (_meta ?? {}) as { progressToken?: unknown }
  return [id, requestId, progressToken]
}

function isTooLong(id: unknown): boolean {
  return typeof id === 'string' && id.length > MAX_ID_LENGTH
}
