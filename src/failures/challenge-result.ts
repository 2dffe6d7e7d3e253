import { isPermissionMissing } from './challenge-form.js'
import type { OnBehalfOfError } from './errors.js'
import { challengeFor, type ChallengeOptions } from './failure-response.js'
import { failureText } from './failure-text.js'

/** Where ChatGPT reads challenges: a list of texts, each as a `WWW-Authenticate` header has it. */
export const CHALLENGES_KEY = 'mcp/www_authenticate'

/** Where a client reads whether anything helps against a denial (SEP-2643, Authorization Denial Envelope). */
export const DENIAL_KEY = 'io.modelcontextprotocol/authorization'

/** The envelope of SEP-2643, as far as this server says something in it. */
export interface AuthorizationDenial {
  readonly reason: 'insufficient_authorization'
  /** `unavailable`: the client must neither try again nor sign the user in again. */
  readonly remediation: 'available' | 'unavailable'
}

/** A refusal as the result of a tool, as the SDK's type has it. */
export interface ChallengeResult {
  [member: string]: unknown
  isError: true
  content: { type: 'text'; text: string }[]
  _meta?: Record<string, unknown>
}

/**
 * A refusal as the result of the tool: its text for the model, and in `_meta` the very challenge that the header would have. Pure.
 *
 * With `structuredDenials` also the envelope of SEP-2643, for what was decided before anything ran: it promises that nothing did.
 */
export function challengeResult(
  failure: OnBehalfOfError,
  options: ChallengeOptions,
): ChallengeResult {
  const challenge = challengeFor(failure, options)
  const denial = options.structuredDenials === true ? denialOf(failure) : undefined
  const meta = {
    ...(challenge === undefined ? {} : { [CHALLENGES_KEY]: [challenge] }),
    ...(denial === undefined ? {} : { [DENIAL_KEY]: denial }),
  }
  return {
    isError: true,
    content: [{ type: 'text', text: failureText(failure.code, failure.details) }],
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
  }
}

/** The decision about the tools of a request: a step-up helps, or nothing does. */
function denialOf(failure: OnBehalfOfError): AuthorizationDenial | undefined {
  const reason = 'insufficient_authorization'
  if (isPermissionMissing(failure)) return { reason, remediation: 'unavailable' }
  return failure.details.reason === 'tool_scope_missing'
    ? { reason, remediation: 'available' }
    : undefined
}
