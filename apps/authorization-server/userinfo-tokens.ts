import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/**
 * Makes the userinfo endpoint accept the API tokens that name it as second audience.
 *
 * The library stores opaque tokens and looks them up there; a JWT is not stored. So each JWT with the
 * scope `openid` is remembered under its own text, without audience, for as long as it lives.
 */
export function rememberUserinfoTokens(provider: Provider): void {
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const token = ctx.oidc.entities.AccessToken
    const value = accessTokenOf(ctx.body)
    if (token?.resourceServer === undefined || value === undefined) return
    if (!token.scopes.has('openid')) return
    const now = Math.floor(Date.now() / 1000)
    void provider.AccessToken.adapter.upsert(
      value,
      {
        kind: token.kind,
        jti: value,
        accountId: token.accountId,
        clientId: token.clientId,
        grantId: token.grantId,
        scope: token.scope,
        jkt: token.jkt,
        iat: now,
        exp: now + token.expiration,
      },
      token.expiration,
    )
  })
}

function accessTokenOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('access_token' in body)) return undefined
  return typeof body.access_token === 'string' ? body.access_token : undefined
}
