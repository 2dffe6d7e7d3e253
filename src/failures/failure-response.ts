import { buildChallenge } from './challenge.js'
import type { OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withoutUndefined } from '../options/without-undefined.js'
import type { OnBehalfOfError } from './errors.js'
import { answerRule } from './answer-rule.js'
import { failureText } from './failure-text.js'

/** What this server says in its challenges. */
export interface ChallengeOptions {
  /** Where the protected-resource metadata is. */
  readonly resourceMetadataUrl: URL
  /** What a 401 asks the client to request at sign-in. Default: nothing. */
  readonly baselineScopes?: readonly string[] | undefined
  /** Writes the scopes of challenges as clients have to ask for them: `createScopeNames`. Default: as they are. */
  readonly nameScopes?: ((scopes: readonly string[]) => readonly string[]) | undefined
  /**
   * The clients, by the id in their verified token, that act on the result of a tool and not on an HTTP error: `createClientList`.
   * See `challengeForm`. Default: none.
   */
  readonly takesResults?: ((clientId: string) => boolean) | undefined
  /** Says in the results of refused calls whether anything helps (SEP-2643), to every client. Default false. */
  readonly structuredDenials?: boolean | undefined
}

/** The schemas of `ChallengeOptions`, for options that hold them. */
export const CHALLENGE_SHAPE: OptionsShape<ChallengeOptions> = {
  resourceMetadataUrl: optionValues.url,
  baselineScopes: optionValues.texts('a scope').optional(),
  nameScopes: optionValues.callable.optional(),
  takesResults: optionValues.callable.optional(),
  structuredDenials: optionValues.flag.optional(),
}

export interface FailureResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

/**
 * Turns a failure into the HTTP answer that the failure table lays down: status, challenge, body.
 *
 * A failure with a challenge gets an OAuth error body (RFC 6750 §3), any other a JSON-RPC error. Pure.
 */
export function failureResponse(
  error: OnBehalfOfError,
  requestId: string,
  options: ChallengeOptions,
): FailureResponse {
  const rule = answerRule(error)
  const { retryAfterSeconds } = error.details
  const text = failureText(error.code, error.details)
  const challenge = challengeFor(error, options)
  return {
    // What is a tool error comes here where no tool could answer.
    status: rule.status === 200 ? 500 : rule.status,
    headers: withoutUndefined({
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json; charset=utf-8',
      'Retry-After': retryAfterSeconds?.toString(),
      'WWW-Authenticate': challenge,
    }),
    body:
      rule.challenge === 'none'
        ? jsonRpcError(error, text, requestId)
        : {
            error: rule.challenge === 'plain' ? 'unauthorized' : rule.challenge,
            error_description: text,
          },
  }
}

/** The challenge of a failure, as its `WWW-Authenticate` header has it; `undefined` where it has none. Pure. */
export function challengeFor(
  error: OnBehalfOfError,
  options: ChallengeOptions,
): string | undefined {
  const rule = answerRule(error)
  if (rule.challenge === 'none') return undefined
  const plain = rule.challenge === 'plain'
  const scopes = error.details.scopes ?? (rule.status === 401 ? options.baselineScopes : undefined)
  return buildChallenge({
    resourceMetadata: options.resourceMetadataUrl.href,
    scopes: scopes && (options.nameScopes?.(scopes) ?? scopes),
    error: plain ? undefined : rule.challenge,
    claims: rule.challenge === 'insufficient_claims' ? error.details.claims : undefined,
    errorDescription: plain ? undefined : failureText(error.code, error.details),
  })
}

function jsonRpcError(error: OnBehalfOfError, message: string, requestId: string): object {
  return {
    jsonrpc: '2.0',
    id: null,
    error: { code: jsonRpcCode(error), message, data: { code: error.code, requestId } },
  }
}

/** JSON-RPC 2.0 §5.1: parse error, internal error, else one of the implementation's own. */
function jsonRpcCode({ code, details }: OnBehalfOfError): number {
  // What the SDKs answer, and their clients look for.
  if (code === 'session_not_found') return -32001
  if (code === 'invalid_request' && details.reason === 'not_json') return -32700
  return code === 'internal_error' ? -32603 : -32000
}
