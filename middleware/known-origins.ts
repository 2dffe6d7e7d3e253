import cors from 'cors'
import type { RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { isLoopback } from '../src/http/secure-url.js'
import { scrub } from '../src/logging/scrub.js'

/** Which origins `knownOrigins` lets through. */
export interface KnownOriginsOptions {
  /** The public URL of the MCP endpoint: its origin is always on the list. */
  readonly endpoint: URL
  /** Further origins, as browsers send them; compared as text. */
  readonly allowedOrigins?: readonly string[] | undefined
}

/** What a browser client has to be able to read. */
const EXPOSED_HEADERS = [
  'WWW-Authenticate',
  'Retry-After',
  'X-Request-Id',
  'Mcp-Session-Id',
  'MCP-Protocol-Version',
  'DPoP-Nonce',
]

/**
 * Refuses requests of web pages whose origin is not on the list (`request_forbidden`), and gives those on it the CORS
 * headers they need. Preflights are answered here, before authentication. Cookies are never allowed.
 *
 * A request without Origin passes: it comes from no browser. An endpoint on loopback accepts the pages of this machine.
 */
export function knownOrigins({
  endpoint,
  allowedOrigins = [],
}: KnownOriginsOptions): RequestHandler {
  const known = new Set([endpoint.origin, ...allowedOrigins])
  const local = isLoopback(endpoint)
  // Only origins that were let through get here, so reflecting them is safe.
  const sendCorsHeaders = cors({
    origin: true,
    methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  })
  return function knownOriginsMiddleware(req, res, next) {
    const { origin } = req.headers
    if (origin !== undefined && !known.has(origin) && !(local && isLoopbackOrigin(origin))) {
      next(notAllowed(origin))
    } else if (origin === undefined && req.method !== 'OPTIONS') {
      // The answer to a web page would be another one.
      if (res.hasHeader('Vary')) res.vary('Origin')
      else res.setHeader('Vary', 'Origin')
      next()
    } else sendCorsHeaders(req, res, next)
  }
}

function notAllowed(origin: string): OnBehalfOfError {
  return new OnBehalfOfError('request_forbidden', {
    reason: 'origin_not_allowed',
    log: { origin: scrub(origin, 200), hint: HINT },
  })
}

const HINT =
  'If this is a client of yours, add its origin to ALLOWED_ORIGINS. (In the library: http.allowedOrigins.)'

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.origin === origin && /^https?:$/.test(url.protocol) && isLoopback(url)
}
