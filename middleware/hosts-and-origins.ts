import cors from 'cors'
import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { OnBehalfOfError } from '../src/errors.js'
import { isLoopback } from '../src/identity/secure-url.js'
import { assertOptions } from '../src/options.js'

export interface HostsAndOriginsOptions {
  /** The public URL of the MCP endpoint: its host and its origin are always on the lists. */
  readonly endpoint: URL
  /** Further values of the Host header, `host` or `host:port`; a `host` alone stands for all its ports. */
  readonly hosts?: readonly string[]
  /** Further origins of browser clients, byte for byte: `https://inspector.example.com`. */
  readonly origins?: readonly string[]
}

/** What entries of the two lists look like. */
export const HOST_OPTION = z.string().regex(/^[^\s/]+$/, 'must be host or host:port, no URL')
export const ORIGIN_OPTION = z
  .string()
  .refine((value) => URL.canParse(value) && new URL(value).origin === value, {
    error: 'must be an origin: scheme, host and port, without path or trailing slash',
  })

const OPTIONS = z.object({
  endpoint: z.instanceof(URL, { error: 'must be a URL' }),
  hosts: z.array(HOST_OPTION).optional(),
  origins: z.array(ORIGIN_OPTION).optional(),
})

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
 * Answers 403 (`request_forbidden`) to a Host or an Origin that is not on the list, against DNS rebinding, and
 * gives browser clients of the listed origins the CORS headers they need.
 *
 * A request without Origin passes: it comes from no browser. An endpoint on loopback accepts every origin
 * and host name of this machine. Preflights are answered here, before authentication. Cookies are never allowed.
 */
export function hostsAndOrigins(options: HostsAndOriginsOptions): RequestHandler {
  assertOptions('hostsAndOrigins', OPTIONS, options)
  const hosts = new Set([options.endpoint.host, ...(options.hosts ?? [])].map(lowerCase))
  const origins = new Set([options.endpoint.origin, ...(options.origins ?? [])])
  const local = isLoopback(options.endpoint)

  const router = Router()
  router.use(function hostAndOriginMiddleware(req, _res, next) {
    const host = lowerCase(req.headers.host ?? '')
    const name = host.replace(/:\d+$/, '')
    const hostKnown = hosts.has(host) || hosts.has(name) || (local && isLoopbackName(name))
    if (!hostKnown) throw forbidden('host_not_allowed', { host: host.slice(0, 200) })
    if (count(req.rawHeaders, 'host') > 1) throw forbidden('host_doubled', {})
    const { origin } = req.headers
    if (origin !== undefined && !origins.has(origin) && !(local && isLoopbackOrigin(origin))) {
      throw forbidden('origin_not_allowed', { origin: origin.slice(0, 200) })
    }
    next()
  })
  // Only origins that were let through get here, so reflecting them is safe.
  router.use(
    cors({
      origin: true,
      methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
    }),
  )
  return router
}

function isLoopbackName(name: string): boolean {
  // Nothing but a name: in `localhost/x` or `x@localhost`, a URL parser finds the host that it likes.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(name)) return false
  return URL.canParse(`http://${name}`) && isLoopback(new URL(`http://${name}`))
}

function count(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((entry, index) => index % 2 === 0 && lowerCase(entry) === name).length
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.origin === origin && /^https?:$/.test(url.protocol) && isLoopback(url)
}

function lowerCase(value: string): string {
  return value.toLowerCase()
}

function forbidden(reason: string, log: Record<string, unknown>): OnBehalfOfError {
  return new OnBehalfOfError('request_forbidden', { reason, log })
}
