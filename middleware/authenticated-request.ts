import type { IncomingMessage } from 'node:http'
import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Request } from 'express'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { authInfoOf } from './require-bearer-auth.js'
import { stateOf } from './request-state.js'

/**
 * A request as the transports of the SDKs take it.
 *
 * @category Middleware
 */
export type AuthenticatedRequest = IncomingMessage & {
  readonly method: string
  readonly url: string
  /** Absent where public tools serve the request without a token. */
  readonly auth?: AuthInfo
  readonly body: unknown
}

/**
 * The same request, typed for the SDKs: other packages declare a `req.auth` of another type.
 *
 * Throws `misconfigured` for a request that neither `requireBearerAuth` nor, without a token, `access.publicTools` let through.
 *
 * @category Middleware
 */
export function authenticatedRequest(req: Request): AuthenticatedRequest {
  if (stateOf(req).anonymous === undefined) requireAuthContext(authInfoOf(req))
  return req as unknown as AuthenticatedRequest
}
