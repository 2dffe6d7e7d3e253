import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { DownstreamClient } from './downstream-client.js'

/** What the exchange came to for one tool of one request: a way to the API, or the reason why there is none. */
export type DownstreamAccess =
  | {
      /** Opens the API for calls that end with `signal`; without one, with the HTTP connection. */
      readonly open: (signal: AbortSignal | undefined) => DownstreamClient
    }
  | { readonly failure: OnBehalfOfError }

/** How a handler asks for its API. */
export interface DownstreamOptions {
  /**
   * Ends the calls of the API: the SDK's `ctx.mcpReq.signal`, which aborts when the client cancels, and where nobody
   * could read the answer any more. Default: they end with the HTTP connection.
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
 * The API as the signed-in user, for a tool that declares a downstream.
 *
 * Throws the failure of the exchange where there was one, so that no handler runs without a token, and
 * `misconfigured` where no exchange took place for this tool on this request; the log says why.
 */
export function downstreamOf(
  authInfo: AuthInfo | undefined,
  toolName: string,
  { signal }: DownstreamOptions = {},
): DownstreamClient {
  const ofRequest = authInfo === undefined ? undefined : accesses.get(authInfo)
  const access = ofRequest?.ofTools.get(toolName)
  if (access === undefined) {
    const failure = noAccess(toolName, { authInfo, mounted: ofRequest !== undefined })
    ofRequest?.report(toolName, failure)
    throw failure
  }
  if ('failure' in access) throw access.failure
  return access.open(signal)
}

function noAccess(
  toolName: string,
  { authInfo, mounted }: { readonly authInfo: AuthInfo | undefined; readonly mounted: boolean },
): OnBehalfOfError {
  const tool = scrub(toolName, 100) ?? typeof toolName
  const [problem, cure] =
    authInfo === undefined
      ? [
          'downstreamOf() was given no authInfo',
          'pass context.http?.authInfo (SDK v1: extra.authInfo), and mount protect in front of the endpoint',
        ]
      : mounted
        ? [
            `the request does not call a tool "${tool}" that declares a downstream`,
            `name the tool that runs, and declare its downstream in tools: { name: "${tool}", requiredScopes, downstream: { api, scopes } }`,
          ]
        : [
            'no token exchange took place for this authInfo',
            "mount protect, or tokenExchange(), in front, and pass on the request's own authInfo, not a copy",
          ]
  return new OnBehalfOfError('misconfigured', {
    reason: 'no_downstream_access',
    log: { tool, problem, cure },
  })
}
