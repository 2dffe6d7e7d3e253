import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { ChallengeOptions } from '../failures/failure-response.js'
import { warnProcess } from '../logging/process-warning.js'
import type { Secret } from '../secret.js'
import type { Caller } from './caller.js'
import { contentsOf, type HandlerContext } from './handler-context.js'

/**
 * What one verified request carries from `requireBearerAuth` to the tools.
 *
 * @category Start here
 */
export interface AuthContext {
  readonly caller: Caller
  /** The client's own token: goes to the authorization server for the exchange, and nowhere else. */
  readonly subjectToken: Secret
  /** The `X-Request-Id` of the answer, which ties together what is logged of the request. */
  readonly requestId: string
  /** For challenges that are made later in the request. */
  readonly challenges: ChallengeOptions
}

export interface AuthInfoOptions extends AuthContext {
  readonly resource: string
}

/** What stands in `AuthInfo.token`, so that a handler that forwards it forwards nothing. */
export const REDACTED_TOKEN = 'redacted-by-mcp-on-behalf-of'

const contexts = new WeakMap<AuthInfo, AuthContext>()

/**
 * Creates the `AuthInfo` that the MCP SDK hands to handlers, with the verified context behind it.
 *
 * `token` is a placeholder: handlers never see a token. Who needs the subject token asks
 * `authContextOf(authInfo).subjectToken` and gets a `Secret`. The context hangs on this very object;
 * a copy of it has none.
 */
export function createAuthInfo(options: AuthInfoOptions): AuthInfo {
  const { caller, subjectToken, requestId, resource, challenges } = options
  const authInfo: AuthInfo = {
    token: REDACTED_TOKEN,
    clientId: caller.clientId,
    scopes: [...caller.scopes],
    expiresAt: caller.expiresAtSeconds,
    resourceMetadataUrl: challenges.resourceMetadataUrl.href,
    extra: { iss: caller.issuer, sub: caller.subject },
  }
  const resourceUrl = urlOf(resource)
  if (resourceUrl !== undefined) authInfo.resource = resourceUrl
  contexts.set(authInfo, { caller, subjectToken, requestId, challenges })
  return authInfo
}

/** A handler may change what it is given, so each request has its own. */
function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** The verified context behind an `AuthInfo`; `undefined` for one that `requireBearerAuth` did not make. */
export function findAuthContext(authInfo: AuthInfo | undefined): AuthContext | undefined {
  return authInfo === undefined ? undefined : contexts.get(authInfo)
}

/** The verified context behind an `AuthInfo`; throws `misconfigured` for one that `requireBearerAuth` did not make. */
export function requireAuthContext(authInfo: AuthInfo | undefined): AuthContext {
  const context = findAuthContext(authInfo)
  if (context === undefined) throw noAuthContext()
  return context
}

/**
 * The verified context of a request, `caller` in it. `of` is what the SDK handed to the handler (`ctx` in SDK v2, `extra`
 * in SDK v1), or the `AuthInfo` itself, such as `req.auth`.
 *
 * Throws `misconfigured` where `requireBearerAuth` did not make it, and says so in a warning of the process, once.
 *
 * @category Start here
 * @example
 * server.registerTool('me', { inputSchema: z.object({}) }, (_input, context) => {
 *   const { subject } = authContextOf(context).caller
 *   return { content: [{ type: 'text', text: `You are ${subject}` }] }
 * })
 */
export function authContextOf(of: HandlerContext | AuthInfo | undefined): AuthContext {
  const context = contexts.get(of as AuthInfo) ?? findAuthContext(contentsOf(of).authInfo)
  if (context !== undefined) return context
  warnProcess(
    `mcp-on-behalf-of: authContextOf() found no verified user. To correct it, ${NO_AUTH_CONTEXT_HINT}.`,
    'MCP_ON_BEHALF_OF_WIRING',
  )
  throw noAuthContext()
}

const NO_AUTH_CONTEXT_HINT =
  'mount protect, or requireBearerAuth(), in front, and pass req.auth on as it is, not a copy; a public tool that is called without a token has no user'

function noAuthContext(): OnBehalfOfError {
  return new OnBehalfOfError('misconfigured', {
    reason: 'no_auth_context',
    log: { hint: NO_AUTH_CONTEXT_HINT },
  })
}
