import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import { callerForLog } from '../identity/identifier-for-log.js'
import { missingScopes, unionScopes } from '../scopes.js'

/** Which scopes of this server stand for what a tool needs at the API. */
export interface StepUpMapping {
  /** The name of the tool, for the log. */
  readonly tool: string
  /** The tool's own scopes: part of every challenge. */
  readonly requiredScopes: readonly string[]
  /** Scopes of this server that a client can ask for to be granted more at the API. */
  readonly stepUp?: readonly string[] | undefined
}

const pending = new WeakMap<AuthInfo, OnBehalfOfError>()

/**
 * Translates a refusal for want of API scope into a step-up of this server, where the tool says which of its
 * scopes would help and the caller's token lacks one of them; else `undefined`.
 *
 * A caller that has them all is never challenged: asking again could only loop.
 */
export function downstreamStepUp(
  error: OnBehalfOfError,
  caller: Caller,
  { tool, requiredScopes, stepUp = [] }: StepUpMapping,
): OnBehalfOfError | undefined {
  const missing = missingScopes(stepUp, caller.scopes)
  const curable = error.code === 'downstream_scope_denied' || error.code === 'consent_required'
  if (!curable || missing.length === 0) return undefined
  return new OnBehalfOfError('insufficient_scope', {
    reason: 'downstream_scope_denied',
    description: `The API needs more than was granted: ask for the scope ${missing.join(' ')}.`,
    scopes: unionScopes(requiredScopes, stepUp, caller.scopes),
    log: { tools: [tool], missing, ...callerForLog(caller) },
    cause: error,
  })
}

/** Leaves a challenge that came up while a handler ran for the route to answer with. */
export function setPendingStepUp(authInfo: AuthInfo, error: OnBehalfOfError): void {
  pending.set(authInfo, error)
}

/** The challenge left for this request, once. */
export function consumePendingStepUp(authInfo: AuthInfo | undefined): OnBehalfOfError | undefined {
  if (authInfo === undefined) return undefined
  const error = pending.get(authInfo)
  pending.delete(authInfo)
  return error
}
