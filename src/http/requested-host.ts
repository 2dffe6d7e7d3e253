import { rawHeaderValues } from './raw-headers.js'
import { isLoopback } from './secure-url.js'
import { parseRequestTarget } from './request-target.js'

/** The parts of a request that say which host it is for. */
export interface HostSources {
  /** The request target as it came. */
  readonly target: string
  /** Names and values alternating, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
}

/** The host that a request is for, in lower case; or why there is none to go by. */
export type RequestedHost =
  | { readonly host: string }
  | { readonly reason: 'request_target' }
  | { readonly reason: 'host_doubled' }
  | { readonly reason: 'host_mismatch'; readonly sent: string; readonly asked: string }

/**
 * Reads which host a request is for: the one in an absolute target, else the Host header (RFC 9112 §3.2.2). Where both are
 * there, they have to say the same. An empty host where a request names none.
 */
export function requestedHost({ target, rawHeaders }: HostSources): RequestedHost {
  const parsed = parseRequestTarget(target)
  if (parsed === undefined) return { reason: 'request_target' }
  const hosts = rawHeaderValues(rawHeaders, 'host')
  if (hosts.length > 1) return { reason: 'host_doubled' }
  const sent = hosts[0]?.toLowerCase()
  const asked = parsed.authority?.toLowerCase()
  if (asked === undefined) return { host: sent ?? '' }
  return sent === undefined || withoutDefaultPort(sent) === withoutDefaultPort(asked)
    ? { host: asked }
    : { reason: 'host_mismatch', sent, asked }
}

/**
 * Creates the decision whether a host, in lower case, is that of `endpoint` or on a list. A `host` on the list stands for
 * all its ports. An endpoint on loopback has every loopback name of this machine.
 */
export function hostList(endpoint: URL, hosts: readonly string[] = []): (host: string) => boolean {
  const local = isLoopback(endpoint)
  const own = [endpoint.host, ...(local ? LOOPBACK_NAMES : [])]
  const known = new Set([...own, ...hosts].map((host) => host.toLowerCase()))
  return (host) => {
    const name = host.replace(/:\d+$/, '')
    return known.has(host) || known.has(name) || (local && isLoopbackName(name))
  }
}

/** Those that nearly all clients use, so that they need no parser. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

function isLoopbackName(name: string): boolean {
  // Nothing but a name: in `localhost/x` or `x@localhost`, a URL parser finds the host that it likes.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(name)) return false
  return URL.canParse(`http://${name}`) && isLoopback(new URL(`http://${name}`))
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '')
}
