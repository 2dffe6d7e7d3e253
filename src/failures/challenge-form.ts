import { answerRule } from './answer-rule.js'
import type { ChallengeError } from './challenge.js'
import type { OnBehalfOfError } from './errors.js'
import type { ChallengeOptions } from './failure-response.js'

/** How a refusal is sent: as an HTTP error with its challenge in the header, or as the result of the tool with it in `_meta`. */
export type ChallengeForm = 'http' | 'result'

/** What the form of a refusal depends on beside the failure. */
export interface RefusedRequest {
  /** The client of the verified token. `undefined`: no token has been verified, so nobody has said who the client is. */
  readonly clientId: string | undefined
  /** The parsed body: one JSON-RPC message, or a list of them. */
  readonly message: unknown
}

/** What another sign-in can mend. */
const MENDED_BY_SIGN_IN: ReadonlySet<ChallengeError | 'plain' | 'none'> = new Set([
  'insufficient_scope',
  'insufficient_claims',
  'invalid_token',
])

/**
 * Decides how a refusal is sent; the one place that does.
 *
 * | the refused request                                       | a client that takes results | any other                             |
 * | --------------------------------------------------------- | --------------------------- | ------------------------------------- |
 * | one `tools/call` with an id, which another sign-in mends   | `result`                    | `http`                                |
 * | one `tools/call` with an id, for want of a permission      | `result`                    | `result` with `structuredDenials`, else `http` |
 * | any other failure; a batch; no verified token              | `http`                      | `http`                                |
 */
export function challengeForm(
  failure: OnBehalfOfError,
  { clientId, message }: RefusedRequest,
  { takesResults, structuredDenials = false }: ChallengeOptions,
): ChallengeForm {
  if (clientId === undefined || callIdIn(message) === undefined) return 'http'
  const taken = takesResults?.(clientId) === true
  if (isPermissionMissing(failure)) return taken || structuredDenials ? 'result' : 'http'
  return taken && MENDED_BY_SIGN_IN.has(answerRule(failure).challenge) ? 'result' : 'http'
}

/** The id of a message that is a single `tools/call`, and so can be answered by a result. */
export function callIdIn(message: unknown): string | number | undefined {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined
  const { jsonrpc, id, method } = message as Readonly<Record<string, unknown>>
  if (jsonrpc !== '2.0' || method !== 'tools/call') return undefined
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as string | number) : undefined
}

/** A decision that no sign-in changes. */
export function isPermissionMissing({ code, details }: OnBehalfOfError): boolean {
  return code === 'permission_denied' && details.reason === 'permission_missing'
}
