import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { DownstreamClient } from './downstream-client.js'

/** What the exchange came to for one tool of one request: a way to the API, or the reason why there is none. */
export type DownstreamAccess =
  | {
      /** Opens the API for calls that end with `signal`. */
      readonly open: (signal: AbortSignal) => DownstreamClient
    }
  | { readonly failure: OnBehalfOfError }

/** What the SDK hands to a tool's handler; of SDK v2 its `ctx` (`ServerContext`). */
interface SdkV2Context {
  readonly http?: { readonly authInfo?: AuthInfo | undefined } | undefined
  readonly mcpReq: { readonly signal: AbortSignal }
}

/** Of SDK v1 its `extra` (`RequestHandlerExtra`). */
interface SdkV1Extra {
  readonly authInfo?: AuthInfo | undefined
  readonly signal: AbortSignal
  readonly requestId: string | number
}

/** What the SDK hands to a tool's handler: the `ctx` of SDK v2, or the `extra` of SDK v1. */
export type HandlerContext = SdkV2Context | SdkV1Extra

/**
 * How a handler asks for its API.
 *
 * @category Start here
 */
export interface DownstreamOptions {
  /**
   * Ends the calls of the API. Default: the signal of the context, which aborts when the client cancels the call, and
   * outside a session also when the client goes away.
   */
  readonly signal?: AbortSignal | undefined
}

/** Tells the log that a handler asked for an API it cannot have. */
export type MissingAccessReport = (toolName: string, failure: OnBehalfOfError) => void

interface RequestAccess {
  readonly report: MissingAccessReport
  readonly ofTools: Map<string, DownstreamAccess>
}

const accesses = new WeakMap<AuthInfo, RequestAccess>()

/** Prepares a request's auth context for the accesses of its tools; `report` gets what `downstreamOf` finds wrong. */
export function openDownstreamAccess(authInfo: AuthInfo, report: MissingAccessReport): void {
  accesses.set(authInfo, { report, ofTools: new Map() })
}

/** Attaches the access of one tool to the request's auth context, which has been prepared. */
export function attachDownstreamAccess(
  authInfo: AuthInfo,
  toolName: string,
  access: DownstreamAccess,
): void {
  accesses.get(authInfo)?.ofTools.set(toolName, access)
}

/**
 * The API as the signed-in user, for a tool that declares a downstream. `context` is what the SDK handed to the handler.
 *
 * Throws the failure of the exchange where there was one, so that no handler runs without a token, and
 * `misconfigured` where no exchange took place for this tool on this request; the log says why.
 *
 * @category Start here
 * @example
 * server.registerTool('greet', { inputSchema: z.object({}) }, async (_input, context) => {
 *   const api = downstreamOf(context, 'greet')
 *   const { sub } = await api.json('/me', { schema: z.object({ sub: z.string() }) })
 *   return { content: [{ type: 'text', text: `Hello ${sub}` }] }
 * })
 */
export function downstreamOf(
  context: HandlerContext,
  toolName: string,
  options: DownstreamOptions = {},
): DownstreamClient {
  const { authInfo, signal } = contentsOf(context)
  const ofRequest = authInfo === undefined ? undefined : accesses.get(authInfo)
  const access = ofRequest?.ofTools.get(toolName)
  if (access === undefined || signal === undefined) {
    const mounted = ofRequest !== undefined
    const failure = noAccess(toolName, { isContext: signal !== undefined, authInfo, mounted })
    ofRequest?.report(toolName, failure)
    throw failure
  }
  if ('failure' in access) throw access.failure
  return access.open(options.signal ?? signal)
}

/** Reads also what JavaScript passes; a context without a signal is none. */
function contentsOf(context: HandlerContext | undefined): {
  readonly authInfo: AuthInfo | undefined
  readonly signal: AbortSignal | undefined
} {
  const { http, mcpReq, authInfo, signal } = (context ?? {}) as Partial<SdkV1Extra & SdkV2Context>
  return mcpReq === undefined
    ? { authInfo, signal }
    : { authInfo: http?.authInfo, signal: mcpReq.signal }
}

interface Finding {
  readonly isContext: boolean
  readonly authInfo: AuthInfo | undefined
  readonly mounted: boolean
}

function noAccess(toolName: string, finding: Finding): OnBehalfOfError {
  const tool = scrub(toolName, 100) ?? typeof toolName
  const [problem, hint] = diagnosisOf(tool, finding)
  return new OnBehalfOfError('misconfigured', {
    reason: 'no_downstream_access',
    log: { tool, problem, hint },
  })
}

function diagnosisOf(tool: string, finding: Finding): readonly [problem: string, hint: string] {
  if (!finding.isContext) {
    return [
      "downstreamOf() was not given the SDK's context",
      'pass the context that the SDK hands to the handler (SDK v1: extra) as it is',
    ]
  }
  if (finding.authInfo === undefined) {
    return [
      'the context has no authInfo: the request was not verified',
      'mount protect in front of the endpoint, and hand authenticatedRequest(req) to the SDK',
    ]
  }
  if (finding.mounted) {
    return [
      `the request does not call a tool "${tool}" that declares a downstream`,
      `name the tool that runs, and declare its downstream in tools: { name: "${tool}", requiredScopes, downstream: { api, scopes } }`,
    ]
  }
  return [
    'no token exchange took place for the authInfo of this context',
    "mount protect, or tokenExchange(), in front, and pass on the request's own authInfo, not a copy",
  ]
}
