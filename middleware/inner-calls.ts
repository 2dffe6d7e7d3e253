import type { Request, RequestHandler } from 'express'
import { requireAuthContext } from '../src/identity/auth-context.js'
import type { ToolAccess } from '../src/tools/access.js'
import { innerMessages } from '../src/tools/inner-messages.js'
import { authInfoOf } from './require-bearer-auth.js'
import { stateOf } from './request-state.js'

/**
 * Finds out which tools a request calls through others. What is behind it, up to the MCP endpoint, goes by those.
 *
 * Needs `requireBearerAuth` and `jsonBody` in front. The body stays as it is: the MCP SDK compares it with headers.
 */
export function innerCalls(access: ToolAccess): RequestHandler {
  return function innerCallsMiddleware(req, _res, next) {
    findInnerCalls(req, access)
    next()
  }
}

/** The messages of a request, in which calls through other tools are those that are meant. Found out once. */
export function findInnerCalls(req: Request, access: ToolAccess): unknown {
  const state = stateOf(req)
  const { caller } = requireAuthContext(authInfoOf(req))
  state.messages ??= { body: innerMessages(req.body, state.tools?.access ?? access, caller) }
  return state.messages.body
}

/** As `findInnerCalls` has found them; the body itself where nobody has looked. */
export function meantMessages(req: Request): unknown {
  const { messages } = stateOf(req)
  return messages === undefined ? req.body : messages.body
}
