import type { RequestHandler } from 'express'
import type { ServerResponse } from 'node:http'
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
  const headers = [...helmetHeaders(), ['Cache-Control', 'no-store'] as const]
  return function securityHeadersMiddleware(_req, res, next) {
    res.removeHeader('X-Powered-By')
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}

/** The headers that helmet sets are the same for every answer, so they are asked for once. */
function helmetHeaders(): readonly (readonly [string, string])[] {
  const set: [string, string][] = []
  const answer = {
    setHeader: (name: string, value: string) => set.push([name, value]),
    removeHeader: () => undefined,
  }
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: { includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  })
  setHeaders({} as never, answer as unknown as ServerResponse, (failure?: unknown) => {
    if (failure !== undefined) throw failure as Error
  })
  return set
}
