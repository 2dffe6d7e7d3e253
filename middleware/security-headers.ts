import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Sets the response headers that keep a browser from doing anything with an answer but reading it.
 *
 * Strict-Transport-Security counts over https alone; over http, browsers ignore it.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  })
}
