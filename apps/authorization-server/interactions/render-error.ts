import { type ErrorOut, type KoaContextWithOIDC, errors } from 'oidc-provider'
import { errorPage } from './error-page.js'
import { pageHeaders, renderPage } from './page.js'

/** The library's `renderError`: shows an error to a person. */
export function renderErrorPage(ctx: KoaContextWithOIDC, out: ErrorOut, cause: Error): void {
  ctx.set(pageHeaders())
  ctx.body = renderPage(
    errorPage({
      error: out.error,
      description: out.error_description,
      isSignInOver: cause instanceof errors.SessionNotFound,
    }),
  )
}
