import { json, urlencoded, type RequestHandler } from 'express'
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
 * Parses a JSON body of at most `maxBytes` into `req.body`; refuses one with an `access_token` at its top.
 *
 * Comes after authentication, so that strangers do not make us parse.
 */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [json({ limit: maxBytes }), noTokenInBody]
}

const noTokenInBody: RequestHandler = function noTokenInBodyMiddleware(req, _res, next) {
  assertNoTokenInBody(req.body)
  next()
}
