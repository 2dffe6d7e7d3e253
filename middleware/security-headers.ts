import { Router, type RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Sets the response headers that keep a browser from doing anything with an answer but reading it, and everybody from
 * storing it. A route with something public to say sets its own `Cache-Control`.
 *
 * Strict-Transport-Security counts over https alone; over http, browsers ignore it. It binds this host and not its
 * subdomains, which may be somebody else's.
 *
 * @category Middleware
 */
export function securityHeaders(): RequestHandler {
  const router = Router()
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      crossOriginResourcePolicy: { policy: 'same-site' },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: { includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
    }),
    noStore,
  )
  return router
}

const noStore: RequestHandler = function noStoreMiddleware(_req, res, next) {
  res.setHeader('Cache-Control', 'no-store')
  next()
}
