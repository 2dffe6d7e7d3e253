import type { IncomingMessage } from 'node:http'
import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Request } from 'express'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { authInfoOf } from './require-bearer-auth.js'

/**
 * A request as the transports of the SDKs take it.
 *
 * @category Middleware
 */
export type AuthenticatedRequest = IncomingMessage & {
  readonly method: string
  readonly url: string
  readonly auth: AuthInfo
  readonly body: unknown
}

/**
 * The same request, typed for the SDKs: other packages declare a `req.auth` of another type.
 *
 * Throws `misconfigured` for a request that `requireBearerAuth` did not let through.
 *
 * @category Middleware
 */
export function authenticatedRequest(req: Request): AuthenticatedRequest {
  requireAuthContext(authInfoOf(req))
  return req as unknown as AuthenticatedRequest
}
