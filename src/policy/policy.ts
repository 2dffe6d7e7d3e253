import type { Caller } from '../identity/caller.js'

/** What a policy is told of the user. Never a token. */
export type PolicyCaller = Pick<
  Caller,
  | 'issuer'
  | 'subject'
  | 'subjectClaims'
  | 'organization'
  | 'clientId'
  | 'scopes'
  | 'permissions'
  | 'delegation'
>

/** What the tool says of itself (MCP, ToolAnnotations); absent where it says nothing. */
export interface PolicyAnnotations {
  readonly readOnlyHint?: boolean | undefined
  readonly destructiveHint?: boolean | undefined
  readonly idempotentHint?: boolean | undefined
  readonly openWorldHint?: boolean | undefined
}

/**
 * One tool call that a policy decides about. Frozen.
 *
 * @category Tools and sessions
 */
export interface PolicyCall {
  /** The `X-Request-Id` of the answer, and `requestId` in log and audit. */
  readonly requestId: string
  /** `undefined`: a public tool is called without a token. */
  readonly caller: PolicyCaller | undefined
  /** The tool that runs: for a call through `call_operation`, that of the operation. */
  readonly tool: string
  /** The name under which the API is configured; `undefined` for a tool that calls none. */
  readonly api: string | undefined
  /** The operation of the API, where it is known: `DELETE /bookings/{bookingId}`. */
  readonly operation: string | undefined
  /** The method of that operation. */
  readonly method: string | undefined
  /** The path of that operation, below the API: a template, not the path of this call. */
  readonly path: string | undefined
  readonly annotations: PolicyAnnotations
  /** The arguments of that tool, as the client sent them: they have not been checked by its schema. */
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * What a policy decides. `ask`: the user is asked, and the call is made if they agree.
 *
 * A `reason` is for the model and the user. It is one line: what cannot be printed becomes spaces, what looks like a token is
 * replaced, and it is cut after 300 characters.
 *
 * @category Tools and sessions
 */
export type PolicyDecision =
  | { readonly decision: 'allow' }
  | { readonly decision: 'deny'; readonly reason?: string | undefined }
  | { readonly decision: 'ask'; readonly reason?: string | undefined }

/**
 * Decides about one tool call that scopes and limits have let through, before its token is exchanged. `signal` aborts when the time
 * is over, or the client has gone.
 *
 * It can refuse what would be allowed, and not the other way round: a tool with `confirm` asks its user in any case.
 *
 * @category Tools and sessions
 */
export type Policy = (
  call: PolicyCall,
  signal: AbortSignal,
) => PolicyDecision | Promise<PolicyDecision>
