import { randomBytes } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { NOTHING_GRANTED, OIDC_SCOPES, splitScope } from './oidc-scopes.js'
import { TOKEN_EXCHANGE_GRANT } from './token-exchange/grant-type.js'
import type { Variants } from './variants.js'

const METADATA_PATHS = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/**
 * Creates the middleware that gives the library's answers the last of Auth0's manners.
 *
 * - the metadata lists only scopes that one can ask for;
 * - a token response never names the scope that stands for "nothing";
 * - in a token exchange, a wrong secret is 401 `access_denied` and a client without that grant type
 *   403 `unauthorized_client`. Elsewhere a wrong secret stays `invalid_client`, on which MCP clients
 *   register anew;
 * - `mfa_required` comes with an `mfa_token`, which leads nowhere here.
 */
export function responseManners(tokenPath: string, variants: Readonly<Variants>) {
  return async function applyManners(
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
  ): Promise<void> {
    await next()
    if (METADATA_PATHS.has(ctx.path)) correctMetadata(ctx)
    if (ctx.path === tokenPath && ctx.method === 'POST') correctTokenResponse(ctx, variants)
  }
}

function correctMetadata(ctx: KoaContextWithOIDC): void {
  const metadata = jsonBody(ctx)
  if (metadata !== undefined) metadata['scopes_supported'] = OIDC_SCOPES
}

function correctTokenResponse(ctx: KoaContextWithOIDC, variants: Readonly<Variants>): void {
  ctx.set('pragma', 'no-cache')
  const body = jsonBody(ctx)
  if (body === undefined) return
  if (typeof body['scope'] === 'string') {
    const scopes = splitScope(body['scope']).filter((scope) => scope !== NOTHING_GRANTED)
    body['scope'] = scopes.join(' ')
  }
  if (body['error'] === 'unsupported_grant_type') ctx.status = variants.unsupportedGrantTypeStatus
  if (ctx.oidc.params?.['grant_type'] !== TOKEN_EXCHANGE_GRANT) return
  if (body['error'] === 'mfa_required') body['mfa_token'] = randomBytes(32).toString('base64url')
  if (ctx.status === 401 && body['error'] === 'invalid_client') {
    ctx.body = { error: variants.clientAuthenticationError, error_description: 'Unauthorized' }
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
