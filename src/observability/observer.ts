import type { FailureCode } from '../failures/failure-codes.js'
import type { FailureReason } from '../failures/failure-reasons.js'
import type { PipelineObserver } from './pipeline-observer.js'

/** The user on whose behalf a request is made, and through whom. A `Caller` is one. */
export interface ObservedCaller {
  readonly issuer: string
  readonly subject: string
  readonly subjectClaims?: Readonly<Record<string, string>> | undefined
  readonly clientId: string
  readonly organization?: string | undefined
  readonly scopes: readonly string[]
  readonly delegation?: { readonly chain: readonly string[] } | undefined
}

/** What is known of a tool beside its name. */
export interface ObservedTool {
  /** SHA-256 of what clients are told of the tool, in hexadecimal digits. */
  readonly definitionSha256?: string | undefined
  /** SHA-256 of the OpenAPI document that the tool comes from. */
  readonly documentSha256?: string | undefined
  /** The operation of the API, as method and path: `GET /trips/{tripId}`. */
  readonly operation?: string | undefined
}

/** One HTTP request to the MCP endpoint. The same object in all events of the request. */
export interface ObservedRequest {
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string
  /** The trace id of the request's span; where it has none, that of its `traceparent` (W3C Trace Context). 32 hexadecimal digits. */
  readonly traceId: string | undefined
  /** The HTTP method, as sent: not from a closed set. */
  readonly method: string
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  /** `undefined` until the token is verified, and for a request without one. */
  readonly caller: ObservedCaller | undefined
  /** The method of its (first) JSON-RPC message, as sent: not from a closed set. */
  readonly mcpMethod: string | undefined
}

/**
 * What was decided about a tool call before anything ran. `confirmed`: it was allowed, and the user was asked and agreed.
 * `public`: it was let in without a token. `denied`: the
 * policy denied it, or could not decide. `undecided`: the request was refused before, or no such tool is declared.
 */
export type CallDecision =
  'allowed' | 'confirmed' | 'public' | 'denied' | 'step_up' | 'never' | 'undecided'

/** What a policy decided about a call. `unavailable`: nothing in time, or nothing that is a decision. */
export interface ObservedPolicy {
  readonly kind: 'allowed' | 'denied' | 'asked' | 'unavailable'
  /** For the model and the user, in the words of the policy: bounded, one line. */
  readonly reason?: string | undefined
}

/** Who can decide behind a policy: Open Policy Agent, Cedar, or a function of somebody's own. */
export const POLICY_DECIDERS = ['opa', 'cedar', 'function'] as const

/** One decision of a policy about a tool call, waiting for its turn included. */
export interface PolicyDecided {
  readonly request: ObservedRequest
  readonly tool: string
  readonly decider: (typeof POLICY_DECIDERS)[number]
  /** Of the policy itself: the call may be refused all the same. */
  readonly outcome: ObservedPolicy['kind']
  /** Why there is no decision; `undefined` where there is one. */
  readonly reason: FailureReason | undefined
  readonly durationMs: number
}

/** How a tool call ended, from a closed set. */
export const CALL_OUTCOMES = [
  'ok',
  /** The server of a library user has answered, and not with an error that was seen. */
  'answered',
  /** The server of a library user has answered with a result that has `isError`. */
  'tool_error',
  /** The user is asked before the call; their answer comes with another call. */
  'asked',
  /** The user was asked, and declined. */
  'declined',
  /** The user was asked, and did not answer. */
  'dismissed',
  'invalid_arguments',
  'invalid_output',
  'unknown_tool',
  /** The tool is not listed for this caller. */
  'hidden_tool',
  /** The MCP SDK refused the message. */
  'protocol_error',
  'client_gone',
  /** The server stopped before the call ended, or it had not ended an hour after its connection. */
  'unfinished',
] as const

/** How a tool call ended: one of `CALL_OUTCOMES`, or the code of its failure. */
export type CallOutcome = (typeof CALL_OUTCOMES)[number] | FailureCode

const WENT_WELL: ReadonlySet<CallOutcome> = new Set<CallOutcome>([
  ...(['ok', 'answered', 'asked', 'declined', 'dismissed'] as const),
])

/** Whether nothing failed: what a user decides is no failure. */
export function wentWell(outcome: CallOutcome): boolean {
  return WENT_WELL.has(outcome)
}

/** One tool call. The same object in all events of the call. */
export interface ObservedCall {
  readonly request: ObservedRequest
  /** The name as sent. It is from a closed set only where `declared` is true. */
  readonly tool: string
  readonly declared: boolean
  readonly facts: ObservedTool
  /** `header`: the request was refused before its body was read, and the name is that of its `Mcp-Name` header. */
  readonly readFrom: 'body' | 'header'
  /** The trace id of the call's span; where it has none, that of the request. */
  readonly traceId: string | undefined
  /** The id that the client gave its JSON-RPC message. */
  readonly messageId: string | number | undefined
  /** SHA-256 of the canonical arguments; `undefined` where the body was not read, or nobody asks for it. */
  readonly argumentsSha256: string | undefined
  /** Epoch milliseconds: when the request came. */
  readonly startedAtMs: number
  readonly decision: CallDecision
  /** The scopes of this server that the call lacked. */
  readonly missingScopes: readonly string[]
  /** `undefined` where there is no policy, or the call was refused before it. */
  readonly policy: ObservedPolicy | undefined
  /** At most `MAX_LISTED`; how many there were is in `exchangeCount`. */
  readonly exchanges: readonly ExchangeEnded[]
  readonly exchangeCount: number
  /** At most `MAX_LISTED`, those under way included; how many there were is in `apiCallCount`. */
  readonly apiCalls: readonly ApiCall[]
  readonly apiCallCount: number
}

/** Of what one call did, no more is kept than this. */
export const MAX_LISTED = 20

/** The check of one access token. */
export interface TokenVerified {
  readonly request: ObservedRequest
  readonly durationMs: number
  readonly outcome: 'ok' | FailureCode
  readonly reason: FailureReason | undefined
}

/** Where an exchanged token came from: kept, from an exchange that was under way, or from one made for this call. */
export type ExchangeSource = 'cached' | 'joined' | 'new'

/** One token exchange, as the tool call that needed it sees it. */
export interface ExchangeEnded {
  readonly request: ObservedRequest
  readonly tool: string
  /** The name under which the API is configured. */
  readonly api: string
  readonly audience: string
  readonly asked: readonly string[]
  /** `undefined` where the answer did not say, or there was none. */
  readonly granted: readonly string[] | undefined
  /** Who acts for the user with the new token, newest first. */
  readonly actors: readonly string[] | undefined
  /** `undefined` where an exchanger without our cache does not say. */
  readonly source: ExchangeSource | undefined
  /** Made because the API refused the token before. */
  readonly renewal: boolean
  readonly outcome: 'ok' | FailureCode
  readonly reason: FailureReason | undefined
  readonly durationMs: number
}

/** One request to an API. Its last members are set as it goes on. */
export interface ApiCall {
  readonly request: ObservedRequest
  readonly tool: string
  readonly api: string
  /** From a closed set. */
  readonly method: string
  /** The path with names in place of values. */
  readonly path: string
  /** Of its answer; `undefined` where there is none (yet). */
  readonly status: number | undefined
  /** Why there is no answer. */
  readonly failure: FailureCode | undefined
  readonly reason: FailureReason | undefined
  /** Of the answer's body, as far as it was read. */
  readonly bytes: number
  /** `undefined` until it has ended. */
  readonly durationMs: number | undefined
}

/** The end of a tool call. */
export interface CallEnded {
  readonly call: ObservedCall
  readonly outcome: CallOutcome
  /** Of the failure, where there was one. */
  readonly reason: FailureReason | undefined
  /** The HTTP status where the call was answered by one; `undefined` where the tool answered. */
  readonly httpStatus: number | undefined
  /** Bytes of the text that the tool answered with; `undefined` where it is not known. */
  readonly answerBytes: number | undefined
  readonly durationMs: number
}

/** How a request ended: one of its calls did not end well, or the request as a whole did not. */
export type RequestOutcome = CallOutcome

/** The end of an HTTP request to the MCP endpoint. */
export interface RequestEnded {
  readonly request: ObservedRequest
  /** The calls in it; those that go on without their connection, in a session, included. */
  readonly calls: readonly ObservedCall[]
  readonly outcome: RequestOutcome
  readonly reason: FailureReason | undefined
  readonly status: number
  /** Whether `request_refused` has been logged for it. */
  readonly refused: boolean
  readonly durationMs: number
}

/** A record of the audit that could not be kept. */
export interface AuditDropped {
  /** Epoch milliseconds. */
  readonly atMs: number
}

/**
 * Sees what happens to requests and calls. Audit, metrics, the log line of a request and spans are observers.
 *
 * Members are called at once, so they must be short and must not wait. What they throw is ignored, but for `callStarted`.
 * Arguments and tokens are in no event.
 *
 * @category Observing
 */
export interface Observer extends PipelineObserver {
  /** A request came in; its caller is not known yet. */
  readonly requestStarted?: ((request: ObservedRequest) => void) | undefined
  /** An access token was checked, whether it passed or not. */
  readonly tokenVerified?: ((event: TokenVerified) => void) | undefined
  /**
   * A tool call was read from a body, and nothing has run. An `OnBehalfOfError` thrown here refuses the whole request, so that
   * nothing runs.
   */
  readonly callStarted?: ((call: ObservedCall) => void) | undefined
  /** A policy has decided about a tool call, or could not. */
  readonly policyDecided?: ((event: PolicyDecided) => void) | undefined
  /** A tool call got an exchanged token, or none. A token that was kept counts too. */
  readonly exchangeEnded?: ((event: ExchangeEnded) => void) | undefined
  /** A tool sends a request to its API. */
  readonly apiCallStarted?: ((event: ApiCall) => void) | undefined
  /** The API's answer was read, or there is none. */
  readonly apiCallEnded?: ((event: ApiCall) => void) | undefined
  /** Once for each call, also one that was refused. Its request may be over already, or go on. */
  readonly callEnded?: ((event: CallEnded) => void) | undefined
  /** A record of the audit was lost. */
  readonly auditDropped?: ((event: AuditDropped) => void) | undefined
  /** Once for each request, when it was answered or its client has gone. */
  readonly requestEnded?: ((event: RequestEnded) => void) | undefined
}
