import type { Request, RequestHandler, Response } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'

/** What the Fetch standard forbids to make a request of; an MCP SDK fails at them before it can refuse. */
const FORBIDDEN: readonly string[] = ['CONNECT', 'TRACE', 'TRACK']

/**
 * Answers 405 (`method_not_allowed`) to the methods that no web-standard request can have, TRACE among them; which of
 * the others an endpoint has is for the SDK to say.
 *
 * Comes after authentication, so that a client without a token learns where to sign in whatever it sends.
 *
 * @category Middleware
 */
export function endpointMethods(): RequestHandler {
  return function endpointMethodsMiddleware(req, res, next) {
    assertEndpointMethod(req, res)
    next()
  }
}

/** Throws `method_not_allowed` for a request that an MCP SDK cannot be shown. */
export function assertEndpointMethod({ method }: Request, res: Response): void {
  if (!FORBIDDEN.includes(method)) return
  res.setHeader('Allow', 'POST')
  throw new OnBehalfOfError('method_not_allowed')
}
