import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { errorPage } from './error-page.js'
import { pageHeaders, renderPage } from './page.js'

/** The library's `renderError`: shows an error to a person. */
export function renderErrorPage(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  ctx.set(pageHeaders())
  ctx.body = renderPage(errorPage(out.error, out.error_description))
}
