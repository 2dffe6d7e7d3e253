import type { RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/errors.js'
import { authContextOf } from '../src/identity/auth-context.js'
import { missingScopes, unionScopes } from '../src/scopes.js'
import { toolCallsIn } from '../src/tool-calls.js'
import type { ToolRegistry } from '../src/tools/registry.js'
import type { ToolRequirements } from '../src/tools/tool.js'
import { authInfoOf } from './bearer-auth.js'

export interface ToolScopesOptions {
  readonly registry: ToolRegistry<ToolRequirements>
}

/**
 * Refuses a `tools/call` whose tool needs more scope than the token has, before anything runs.
 *
 * Passes `insufficient_scope` to the error handler with all scopes of the operation, those the token
 * already has included: clients replace their scopes on a step-up, and would otherwise lose some. Needs
 * `bearerAuth` and a JSON body parser in front. Unknown tools are left to the SDK.
 */
export function toolScopes({ registry }: ToolScopesOptions): RequestHandler {
  return function toolScopesMiddleware(req, _res, next) {
    const { caller } = authContextOf(authInfoOf(req))
    const required = unionScopes(
      ...toolCallsIn(req.body).map((name) => registry.find(name)?.requiredScopes ?? []),
    )
    const missing = missingScopes(required, caller.scopes)
    if (missing.length === 0) {
      next()
      return
    }
    throw new OnBehalfOfError('insufficient_scope', {
      reason: 'tool_scope_missing',
      description: `This tool needs the scope ${missing.join(' ')}.`,
      scopes: unionScopes(required, caller.scopes),
      log: { missing },
    })
  }
}
