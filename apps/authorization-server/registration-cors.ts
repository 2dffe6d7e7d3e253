import type { ServerMiddleware } from './provider-middleware.js'

/**
 * Creates the middleware that lets browser clients register themselves from any origin.
 *
 * The library answers cross-origin calls everywhere but there.
 */
export function registrationCors(path: string): ServerMiddleware {
  return async function allowAnyOrigin(ctx, next) {
    if (ctx.path !== path) return next()
    ctx.set('access-control-allow-origin', '*')
    if (ctx.method !== 'OPTIONS') return next()
    ctx.set({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ctx.get('access-control-request-headers') || 'content-type',
      'access-control-max-age': '3600',
    })
    ctx.status = 204
  }
}
