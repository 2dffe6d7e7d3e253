import { randomBytes } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Behaviors } from './behaviors.js'
import { NOTHING_GRANTED, OIDC_SCOPES, splitScope } from './oidc-scopes.js'
import type { ServerMiddleware } from './provider-middleware.js'
import { TOKEN_EXCHANGE_GRANT } from './token-exchange/grant-type.js'

const METADATA_PATHS = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/**
 * Creates the middleware that makes the library's answers those of Auth0.
 *
 * - the metadata lists only scopes that one can ask for;
 * - a token response never names the scope that stands for "nothing";
 * - in a token exchange, a wrong secret is 401 `access_denied` and a client without that grant type
 *   403 `unauthorized_client`. Elsewhere a wrong secret stays `invalid_client`, on which MCP clients
 *   register anew;
 * - `mfa_required` comes with an `mfa_token`, which leads nowhere here.
 */
export function auth0Responses(tokenPath: string, behaviors: Behaviors): ServerMiddleware {
  return async function answerAsAuth0(ctx, next) {
    await next()
    if (METADATA_PATHS.has(ctx.path)) correctMetadata(ctx)
    if (ctx.path === tokenPath && ctx.method === 'POST') correctTokenResponse(ctx, behaviors)
  }
}

function correctMetadata(ctx: KoaContextWithOIDC): void {
  const metadata = jsonBody(ctx)
  if (metadata !== undefined) metadata['scopes_supported'] = OIDC_SCOPES
}

function correctTokenResponse(ctx: KoaContextWithOIDC, behaviors: Behaviors): void {
  ctx.set('pragma', 'no-cache')
  const body = jsonBody(ctx)
  if (body === undefined) return
  if (typeof body['scope'] === 'string') {
    const scopes = splitScope(body['scope']).filter((scope) => scope !== NOTHING_GRANTED)
    body['scope'] = scopes.join(' ')
  }
  if (body['error'] === 'unsupported_grant_type') ctx.status = behaviors.unsupportedGrantTypeStatus
  if (ctx.oidc.params?.['grant_type'] !== TOKEN_EXCHANGE_GRANT) return
  if (body['error'] === 'mfa_required') body['mfa_token'] = randomBytes(32).toString('base64url')
  if (ctx.status === 401 && body['error'] === 'invalid_client') {
    ctx.body = { error: behaviors.clientAuthenticationError, error_description: 'Unauthorized' }
    return
  }
  correctMissingGrantType(ctx, body)
}

function correctMissingGrantType(ctx: KoaContextWithOIDC, body: Record<string, unknown>): void {
  const { client } = ctx.oidc
  const lacksGrant = client !== undefined && !client.grantTypeAllowed(TOKEN_EXCHANGE_GRANT)
  if (ctx.status === 400 && body['error'] === 'invalid_request' && lacksGrant) {
    ctx.status = 403
    ctx.body = {
      error: 'unauthorized_client',
      error_description:
        'Only a client that token_exchange allows a type of profile may exchange tokens',
    }
  }
}

function jsonBody(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  const { body } = ctx
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return undefined
  return body as Record<string, unknown>
}
