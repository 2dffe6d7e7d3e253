import type { ChallengeError } from './challenge.js'

/** How severe a log line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What the MCP client, the log and the metrics get for one failure code. */
export interface FailureRule {
  /** When it occurs, for the documentation. */
  readonly when: string
  /**
   * `http`: the request is answered with `status` before the MCP SDK sees it.
   * `tool`: the MCP client gets a tool result with `isError` (HTTP 200), written for a model.
   */
  readonly respondAs: 'http' | 'tool'
  /** The HTTP status where the failure is answered as HTTP; for a tool error 200, or what a request gets whose tool cannot answer. */
  readonly status: number
  /** `plain`: a challenge without an error code (RFC 6750 §3.1). `none`: no `WWW-Authenticate`. */
  readonly challenge: ChallengeError | 'plain' | 'none'
  readonly logLevel: LogLevel
  /** Whether the log line is marked for security monitoring. */
  readonly security: boolean
  /** What the client reads unless the failure carries a description of its own. */
  readonly text: string
  /** Whether `details.description` may replace `text`. Off where a client must not learn details. */
  readonly exposeDescription: boolean
  /** Whether the answer carries the request's id, so that an operator finds the log line. */
  readonly includeReference: boolean
  /** Whether trying again later helps by itself: only then a tool error says when, if that is known. */
  readonly passes: boolean
}
