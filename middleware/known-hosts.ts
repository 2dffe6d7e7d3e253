import type { Request, RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/errors.js'
import { parseRequestTarget } from '../src/http/request-target.js'
import { isLoopback } from '../src/identity/secure-url.js'
import { scrub } from '../src/scrub.js'

/** Which hosts `knownHosts` lets through. */
export interface KnownHostsOptions {
  /** The public URL of the MCP endpoint: its host is always on the list. */
  readonly endpoint: URL
  /** Further hosts, `host` or `host:port`; a `host` alone stands for all its ports. */
  readonly hosts?: readonly string[] | undefined
}

/**
 * Refuses requests for a host that is not on the list (`request_forbidden`), against DNS rebinding, and gives those
 * that pass a request target in the form that everything behind expects: a path.
 *
 * The host in an absolute target (`POST http://host/mcp`) counts, and a Host header beside it has to say the same
 * (RFC 9112 §3.2.2). A target that is neither a path nor a URL is `invalid_request`.
 */
export function knownHosts({ endpoint, hosts = [] }: KnownHostsOptions): RequestHandler {
  const known = new Set([endpoint.host, ...hosts].map((host) => host.toLowerCase()))
  const local = isLoopback(endpoint)
  return function knownHostsMiddleware(req, _res, next) {
    const host = hostOf(req)
    const name = host.replace(/:\d+$/, '')
    if (!known.has(host) && !known.has(name) && !(local && isLoopbackName(name))) {
      throw new OnBehalfOfError('request_forbidden', {
        reason: 'host_not_allowed',
        log: { host: scrub(host, 200), cure: CURE },
      })
    }
    req.url = parseRequestTarget(req.url)?.path ?? req.url
    next()
  }
}

const CURE =
  'If clients come under this host, make it the host of MCP_SERVER_URL, or add it to ALLOWED_HOSTS. (In the library: endpoint, or hosts.)'

/** The host that a request is for, in lower case. */
function hostOf({ originalUrl, headers, rawHeaders }: Request): string {
  const target = parseRequestTarget(originalUrl)
  if (target === undefined) {
    throw new OnBehalfOfError('invalid_request', {
      reason: 'request_target',
      description: 'The request target must be a path, or a URL that starts with http://.',
    })
  }
  if (count(rawHeaders, 'host') > 1) {
    throw new OnBehalfOfError('request_forbidden', { reason: 'host_doubled' })
  }
  const sent = headers.host?.toLowerCase()
  const asked = target.authority?.toLowerCase()
  if (sent !== undefined && asked !== undefined && !isSameHost(sent, asked)) {
    throw new OnBehalfOfError('request_forbidden', {
      reason: 'host_mismatch',
      log: { host: scrub(sent, 200), target: scrub(asked, 200) },
    })
  }
  return asked ?? sent ?? ''
}

function isSameHost(one: string, other: string): boolean {
  return withoutDefaultPort(one) === withoutDefaultPort(other)
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '')
}

function isLoopbackName(name: string): boolean {
  // Nothing but a name: in `localhost/x` or `x@localhost`, a URL parser finds the host that it likes.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(name)) return false
  return URL.canParse(`http://${name}`) && isLoopback(new URL(`http://${name}`))
}

function count(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((entry, index) => index % 2 === 0 && entry.toLowerCase() === name).length
}
