import type { KoaContextWithOIDC } from 'oidc-provider'

const TEXT = 'Development authorization server. Sign-in begins at your MCP client.\n'

/** Creates the middleware that tells a person at `/` what this server is, in a line of plain text. */
export function frontPage() {
  return async function showFrontPage(
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
  ): Promise<void> {
    if (ctx.path !== '/' || !['GET', 'HEAD'].includes(ctx.method)) return next()
    ctx.set('x-content-type-options', 'nosniff')
    ctx.type = 'text/plain'
    ctx.body = TEXT
  }
}
