import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { requestedHost } from '../http/requested-host.js'
import type { Metrics } from '../metrics/create-metrics.js'
import { serve, type ListeningServer } from './serve.js'

const PATH = '/metrics'

export interface ServeMetricsOptions {
  readonly host: string
  readonly port: number
  readonly registry: Metrics['registry']
  /**
   * Names with a dot under which they may be read, `host` or `host:port`. IP addresses and names without a dot always may be. Default:
   * none.
   */
  readonly allowedHosts?: readonly string[] | undefined
}

/**
 * Serves metrics at `/metrics`, on an address and a port of their own. Rejects as `serve` does.
 *
 * Refuses requests of web pages. A page that has its own name lead here (DNS rebinding) is known by that name alone: browsers send no
 * `Origin` with it, and no `Sec-Fetch-Site` over HTTP.
 */
export function serveMetrics({
  host,
  port,
  registry,
  allowedHosts = [],
}: ServeMetricsOptions): Promise<ListeningServer> {
  const known = new Set(allowedHosts.map((name) => name.toLowerCase()))
  const handler: RequestListener = (req, res) => {
    if (!isAllowed(req, res, known)) return
    registry.metrics().then(
      (text) => {
        res.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
        res.end(req.method === 'HEAD' ? undefined : text)
      },
      () => res.writeHead(500).end(),
    )
  }
  return serve({ host, port, handler, drainMs: 1_000 })
}

/** Answers what is no request for the metrics, or comes from a web page. */
function isAllowed(
  req: IncomingMessage,
  res: ServerResponse,
  knownHosts: ReadonlySet<string>,
): boolean {
  const [path] = (req.url ?? '').split('?')
  const site = req.headers['sec-fetch-site']
  const fromPage = req.headers.origin !== undefined || (site !== undefined && site !== 'none')
  if (path !== PATH) res.writeHead(404).end()
  else if (req.method !== 'GET' && req.method !== 'HEAD')
    res.writeHead(405, { Allow: 'GET, HEAD' }).end()
  else if (fromPage) res.writeHead(403).end()
  else if (!isKnownHost(req, knownHosts)) {
    res.writeHead(403, { 'Content-Type': 'text/plain' }).end(UNKNOWN_HOST)
  } else return true
  return false
}

const UNKNOWN_HOST =
  'This host is not known. Read the metrics by IP address, or add the host to ALLOWED_HOSTS.\n'

/** Nobody can register a name without a dot, and no name is an address. */
function isKnownHost(
  { url = '', rawHeaders }: IncomingMessage,
  known: ReadonlySet<string>,
): boolean {
  const requested = requestedHost({ target: url, rawHeaders })
  if ('reason' in requested) return false
  const name = requested.host.replace(/:\d+$/, '')
  const isAddress = isIP(name.replace(/^\[|\]$/g, '')) !== 0
  return isAddress || !name.includes('.') || known.has(name) || known.has(requested.host)
}
