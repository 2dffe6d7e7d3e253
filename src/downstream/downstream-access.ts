import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../errors.js'
import type { DownstreamClient } from './downstream-client.js'

/** What the exchange came to for one tool of one request: a way to the API, or the reason why there is none. */
export type DownstreamAccess =
  | {
      /** Opens the API for calls that end with `signal`; without one, with the HTTP connection. */
      readonly open: (signal: AbortSignal | undefined) => DownstreamClient
    }
  | { readonly failure: OnBehalfOfError }

export interface DownstreamOptions {
  /**
   * Ends the calls of the API: the SDK's `ctx.mcpReq.signal`, which aborts when the client cancels, and where nobody
   * could read the answer any more. Default: they end with the HTTP connection.
   */
  readonly signal?: AbortSignal
}

const accesses = new WeakMap<AuthInfo, Map<string, DownstreamAccess>>()

/** Attaches the access of one tool to the request's auth context. */
export function attachDownstreamAccess(
  authInfo: AuthInfo,
  toolName: string,
  access: DownstreamAccess,
): void {
  const ofRequest = accesses.get(authInfo) ?? new Map<string, DownstreamAccess>()
  ofRequest.set(toolName, access)
  accesses.set(authInfo, ofRequest)
}

/**
 * The API as the signed-in user, for a tool that declares a downstream.
 *
 * Throws the failure of the exchange where there was one, so that no handler runs without a token, and
 * `misconfigured` where no exchange took place for this tool on this request.
 */
export function downstreamOf(
  authInfo: AuthInfo | undefined,
  toolName: string,
  { signal }: DownstreamOptions = {},
): DownstreamClient {
  const access = authInfo === undefined ? undefined : accesses.get(authInfo)?.get(toolName)
  if (access === undefined) {
    throw new OnBehalfOfError('misconfigured', {
      reason: 'no_downstream_access',
      log: {
        toolName,
        cure: 'mount tokenExchange() and declare the downstream of this tool there',
      },
    })
  }
  if ('failure' in access) throw access.failure
  return access.open(signal)
}
