import type { KoaContextWithOIDC } from 'oidc-provider'

/** Runs what stands behind a middleware. */
export type NextMiddleware = () => Promise<void>

/** A Koa middleware in front of the library's endpoints. */
export type ServerMiddleware = (ctx: KoaContextWithOIDC, next: NextMiddleware) => Promise<void>
