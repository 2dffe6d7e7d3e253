import type { Request, RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'
import type { AnswerForms } from '../src/http/answer-in-form.js'
import { rawHeaderValues, removeRawHeader } from '../src/http/raw-headers.js'
import { stateOf } from './request-state.js'

const JSON_TYPE = 'application/json'
const STREAM_TYPE = 'text/event-stream'
const BOTH = `${JSON_TYPE}, ${STREAM_TYPE}`
/** A parameter beside the quality. `application/json;charset=utf-8` asks for JSON, whatever it thinks JSON has. */
const PARAMETER = /;(?!\s*q\s*=)[^;,="]*(?:=(?:\s*"(?:[^"\\]|\\.)*"|[^;,"]*))?/gi

/**
 * Reads the Accept header as RFC 9110 §12.5.1 defines it, and rewrites it for the MCP SDKs, which look for two names
 * in it.
 *
 * Refuses a POST that accepts neither JSON nor an event stream (`not_acceptable`). `mcpRoute` answers a client that
 * accepts JSON alone in JSON; another MCP server may refuse that client.
 *
 * @category Middleware
 */
export function answerForms(): RequestHandler {
  return function answerFormsMiddleware(req, _res, next) {
    const forms = assertAnswerable(req)
    if (forms.eventStream) acceptBoth(req)
    else if (forms.json) setAccept(req, JSON_TYPE)
    next()
  }
}

/** The forms that a request's own Accept header allows. Throws `not_acceptable` for a POST that allows none. */
export function assertAnswerable(req: Request): AnswerForms {
  const forms = (stateOf(req).forms ??= readForms(req))
  if (req.method === 'POST' && !forms.json && !forms.eventStream) {
    throw new OnBehalfOfError('not_acceptable')
  }
  return forms
}

/** Makes the Accept header what the SDKs insist on. Does not change what the client accepts. */
export function acceptBoth(req: Request): void {
  setAccept(req, BOTH)
}

function readForms(req: Request): AnswerForms {
  // What most clients send; and it needs no change.
  if (req.headers.accept === BOTH) return { json: true, eventStream: true }
  const ranges = req.headers.accept?.replace(PARAMETER, '')
  if (ranges === undefined || /^[\s,]*$/.test(ranges)) return { json: true, eventStream: true }
  req.headers.accept = ranges
  return {
    json: req.accepts(JSON_TYPE) !== false,
    eventStream: req.accepts(STREAM_TYPE) !== false,
  }
}

/** In both places where an SDK looks for it. */
function setAccept(req: Request, value: string): void {
  const { headers, rawHeaders } = req
  if (headers.accept === value && rawHeaderValues(rawHeaders, 'accept').length === 1) return
  headers.accept = value
  removeRawHeader(rawHeaders, 'accept')
  rawHeaders.push('Accept', value)
}
