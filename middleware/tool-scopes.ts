import type { RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { requireAuthContext, type AuthContext } from '../src/identity/auth-context.js'
import { callerForLog, identifiersForLog } from '../src/identity/identifier-for-log.js'
import { fingerprint } from '../src/identity/verified-token-cache.js'
import { logEvent } from '../src/logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../src/logging/logger.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { assertUniqueCallIds } from '../src/tools/call-ids.js'
import { toolCallsIn } from '../src/tools/tool-calls.js'
import type { AccessDecision, ToolAccess } from '../src/tools/access.js'
import { recordGranted } from '../src/tools/granted-alternatives.js'
import { StepUpLoops } from '../src/tools/step-up-loops.js'
import { UndeclaredTools } from '../src/tools/undeclared-tools.js'
import { findInnerCalls } from './inner-calls.js'
import { authInfoOf } from './require-bearer-auth.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** What `toolScopes` needs: who may use which tool. */
export interface ToolScopesOptions {
  readonly access: ToolAccess
  /**
   * What becomes of a call of a tool that `access` does not know. `refuse`, the default: 403, so that a slip in a
   * name opens nothing. `allow`: it is left to the SDK, for any signed-in user.
   */
  readonly undeclaredTools?: 'refuse' | 'allow' | undefined
  readonly log?: Logger | undefined
}

const OPTIONS = optionsSchema<ToolScopesOptions>({
  access: optionValues.withFunctions(
    'a ToolAccess, see createToolAccess',
    ...['decide', 'undeclared', 'innerCall'],
  ),
  undeclaredTools: optionValues.oneOf('refuse', 'allow').optional(),
  log: LOGGER_OPTION.optional(),
})

/**
 * Refuses a `tools/call` that the caller's token does not permit, before anything runs.
 *
 * Passes `insufficient_scope` to the error handler, with all scopes of the operation, or `permission_denied` where no
 * scope would help. A batch in which two calls have the same id is `invalid_request`. Logs `step_up_loop` and
 * `tool_not_declared`. Needs `requireBearerAuth` and `jsonBody` in front.
 *
 * @category Middleware
 * @example
 * const registry = createToolRegistry([{ name: 'greet', requiredScopes: ['tool:greet'] }])
 * app.use('/mcp', toolScopes({ access: createToolAccess(registry), log }))
 */
export function toolScopes(options: ToolScopesOptions): RequestHandler {
  assertOptions('toolScopes', OPTIONS, options)
  const { undeclaredTools = 'refuse', log = silentLog } = options
  const loops = new StepUpLoops()
  const undeclared = new UndeclaredTools(log)
  return function toolScopesMiddleware(req, _res, next) {
    const authInfo = authInfoOf(req)
    const context = requireAuthContext(authInfo)
    const { observation, tools: { access } = options } = stateOf(req)
    const calls = toolCallsIn(findInnerCalls(req, access))
    const unknown = undeclaredTools === 'refuse' ? access.undeclared(calls) : []
    if (unknown.length > 0) throw undeclared.refusal(unknown, requestIdOf(req))
    const decision = access.decide(calls, context.caller)
    if (decision.kind === 'allowed') {
      observation?.decided(calls, 'allowed')
      assertUniqueCallIds(req.body)
      if (authInfo !== undefined) recordGranted(authInfo, decision.granted)
      next()
      return
    }
    observation?.decided(decision.tools, decision.kind, decision.missing)
    if (decision.kind === 'never') throw denied(decision, context)
    const inVain = loops.note({
      caller: context.caller,
      tokenFingerprint: fingerprint(context.subjectToken),
      tools: decision.tools,
      scopes: decision.scopes,
    })
    if (inVain > 0) {
      const { clientId, subject } = callerForLog(context.caller)
      const asked = identifiersForLog(decision.scopes)
      logEvent(log, 'warn', {
        event: 'step_up_loop',
        clientId,
        subject,
        asked,
        times: inVain,
        tools: decision.tools,
        granted: identifiersForLog(context.caller.scopes),
        requestId: requestIdOf(req),
      })
    }
    throw stepUp(decision, context, access)
  }
}

function denied(
  { missing, tools }: Extract<AccessDecision, { kind: 'never' }>,
  { caller }: AuthContext,
): OnBehalfOfError {
  return new OnBehalfOfError('permission_denied', {
    reason: 'permission_missing',
    description: `The signed-in user does not have the permission ${missing.join(' ')}, which this tool needs. An administrator has to grant it; then the user signs in again.`,
    log: { tools, missing, ...callerForLog(caller) },
  })
}

function stepUp(
  { missing, scopes, tools }: Extract<AccessDecision, { kind: 'step_up' }>,
  { caller }: AuthContext,
  access: ToolAccess,
): OnBehalfOfError {
  const hint = access.knowsAnyScopeOf(caller)
    ? ''
    : ' The token has no scope of this server. Ask for the scopes that the challenge of this answer names. The list in the metadata of the authorization server does not have them.'
  return new OnBehalfOfError('insufficient_scope', {
    reason: 'tool_scope_missing',
    description: `This tool needs the scope ${missing.join(' ')}.${hint}`,
    scopes,
    log: {
      tools,
      missing,
      asked: identifiersForLog(scopes),
      granted: identifiersForLog(caller.scopes),
      ...callerForLog(caller),
    },
  })
}
