import type { IncomingMessage } from 'node:http'
import { json, urlencoded, type Request, type RequestHandler } from 'express'
import { dropAbsentArguments } from '../src/http/absent-arguments.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { assertNoTokenInBody } from '../src/identity/credentials.js'
import { inspectBody } from '../src/limits/inspect-body.js'
import { inspectText } from '../src/limits/inspect-text.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { normalizeCharset } from './json-charset.js'
import { isPlainBody, readPlainBody } from './plain-body.js'
import { announceSize, counted } from './request-size.js'
import { stateOf } from './request-state.js'

/**
 * Refuses a form-encoded body that carries an `access_token` (RFC 6750 §2.2), with `malformed_credentials`.
 *
 * Comes before authentication. Reads form-encoded bodies up to 32 KiB and no others: an MCP request never is
 * one, so this only finds out which mistake the client made.
 *
 * @category Middleware
 */
export function formBody(): RequestHandler {
  const parse: RequestHandler = urlencoded({ extended: false, limit: 32 * 1024 })
  return function formBodyMiddleware(req, res, next) {
    if (!isForm(req)) {
      next()
      return
    }
    parse(req, res, (failure?: unknown) => {
      next(
        failure ??
          thrownBy(() => {
            assertNoTokenInBody(req.body)
          }),
      )
    })
  }
}

/** Whether the parser may take the body for a form. An MCP request never is one. */
function isForm({ headers }: Request): boolean {
  return /urlencoded/i.test(headers['content-type'] ?? '')
}

const BODY_OPTIONS = optionsSchema<{ maxBytes: number }>({ maxBytes: optionValues.count })

/**
 * Parses a JSON body of at most `maxBytes` into `req.body`, and refuses a body that is not an MCP request. Mount it
 * after authentication.
 *
 * Refuses with `invalid_request` what exceeds the bounds of `inspectBody`, with `malformed_credentials` an
 * `access_token` member, with `unsupported_media_type` any type but JSON, and with `misconfigured` a body that
 * another parser has left as text.
 *
 * @category Middleware
 */
export function jsonBody(maxBytes: number): RequestHandler {
  assertOptions('jsonBody', BODY_OPTIONS, { maxBytes })
  // Whatever is JSON is let through: that a number is no message is for the protocol to say.
  const parseAny: RequestHandler = json({ limit: maxBytes, strict: false, verify: lookAtText })
  return function jsonBodyMiddleware(req, res, next) {
    const plain = req.body === undefined && isPlainBody(req, maxBytes)
    if (!plain) assertJson(req)
    const parse = plain ? parsePlain : parseAny
    void parse(req, res, (failure?: unknown) => {
      const refusal = thrownBy(() => {
        // What is no JSON has been read, and looked at, all the same.
        if (failure !== undefined)
          announceSize(req, { messages: 1, bytes: bytesOf(req) ?? maxBytes })
        else checkBody(req, maxBytes)
      })
      const goOn = (exceeded?: unknown): void => {
        next(refusal ?? exceeded ?? stateOf(req).refusedText ?? failure)
      }
      const counting = counted(req)
      if (counting === undefined) goOn()
      else
        counting.then(() => {
          goOn()
        }, goOn)
    })
  }
}

/** What `parseAny` does, without what nearly no client needs: it takes a third of the time. */
const parsePlain: RequestHandler = async function plainJsonParser(req, res, next) {
  let failure: unknown
  try {
    const bytes = await readPlainBody(req)
    lookAtText(req, res, bytes)
    req.body = parseText(bytes)
  } catch (error) {
    failure = error
  }
  next(failure)
}

/** The errors are those of Express's parser. */
function parseText(bytes: Buffer): unknown {
  // A byte order mark is no part of the text.
  const text = UTF8.decode(bytes)
  if (text === '') return {}
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw Object.assign(error as SyntaxError, { type: 'entity.parse.failed', status: 400 })
  }
}

const UTF8 = new TextDecoder()

/** Before anything is read. */
function assertJson(req: Request): void {
  if (hasBody(req) && req.is('application/json') === false) {
    throw new OnBehalfOfError('unsupported_media_type')
  }
  const body: unknown = req.body
  if (typeof body === 'string' || Buffer.isBuffer(body)) throw notParsed()
  normalizeCharset(req)
}

function checkBody(req: Request, maxBytes: number): void {
  if (hasBody(req) && req.body === undefined) throw notParsed()
  const { messages, protocolValues, refusal } = inspectBody(req.body)
  announceSize(req, {
    // A batch that is refused whole is one answer, however long it is.
    messages: refusal === undefined ? messages : 1,
    bytes: (bytesOf(req) ?? maxBytes) + protocolValues * VALUE_BYTES,
  })
  if (refusal !== undefined) throw refusal
  assertNoTokenInBody(req.body)
  dropAbsentArgumentsIn(req.body)
}

/** What is thrown, for a place where nobody would catch it: a parser calls back outside of Express. */
function thrownBy(check: () => void): unknown {
  try {
    check()
    return undefined
  } catch (error) {
    return error
  }
}

const VALUE_BYTES = 256

/** Before it is parsed. The parser writes the text to what is thrown here, so that is not the refusal itself. */
function lookAtText(req: IncomingMessage, _res: unknown, text: Buffer): void {
  stateOf(req).bytesRead = text.byteLength
  const refusal = inspectText(text)
  if (refusal === undefined) return
  stateOf(req).refusedText = refusal
  throw new Error('the text is not parsed')
}

/** `undefined` where it cannot be told: broken off, too large, or read by another parser from an encoded body. */
function bytesOf(req: Request): number | undefined {
  if (!hasBody(req)) return 0
  const { headers } = req
  const asSent = (headers['content-encoding'] ?? 'identity') === 'identity'
  const length = asSent ? headers['content-length'] : undefined
  return stateOf(req).bytesRead ?? (length === undefined ? undefined : Number(length))
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function notParsed(): OnBehalfOfError {
  const hint = 'mount no body parser but express.json() in front of the MCP endpoint'
  return new OnBehalfOfError('misconfigured', { reason: 'body_not_parsed', log: { hint } })
}

function dropAbsentArgumentsIn(body: unknown): void {
  for (const message of Array.isArray(body) ? (body as unknown[]) : [body]) {
    dropAbsentArguments(message)
  }
}
