import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Metrics } from '../metrics/create-metrics.js'
import { serve, type ListeningServer } from './serve.js'

const PATH = '/metrics'

export interface ServeMetricsOptions {
  readonly host: string
  readonly port: number
  readonly registry: Metrics['registry']
}

/** Serves metrics at `/metrics`, on an address and a port of their own. Rejects as `serve` does. */
export function serveMetrics({
  host,
  port,
  registry,
}: ServeMetricsOptions): Promise<ListeningServer> {
  const handler: RequestListener = (req, res) => {
    if (!isAllowed(req, res)) return
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

/** Answers what is no request for the metrics, or comes from a web page: a page could read them under a name of its own. */
function isAllowed(req: IncomingMessage, res: ServerResponse): boolean {
  const [path] = (req.url ?? '').split('?')
  const site = req.headers['sec-fetch-site']
  const fromPage = req.headers.origin !== undefined || (site !== undefined && site !== 'none')
  if (path !== PATH) res.writeHead(404).end()
  else if (req.method !== 'GET' && req.method !== 'HEAD')
    res.writeHead(405, { Allow: 'GET, HEAD' }).end()
  else if (fromPage) res.writeHead(403).end()
  else return true
  return false
}
