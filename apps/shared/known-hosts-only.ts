import type { RequestListener } from 'node:http'
import { parseRequestTarget } from '../../src/http/request-target.js'
import { hostList, requestedHost } from '../../src/http/requested-host.js'

/**
 * Puts the Host check of the MCP server in front of a companion program: a web page that made its own name mean this
 * machine (DNS rebinding) is answered 403, before anything else.
 *
 * `url` is where the program is reached; on loopback, every loopback name is accepted.
 */
export function knownHostsOnly(url: URL, handler: RequestListener): RequestListener {
  const isKnown = hostList(url)
  return (request, response) => {
    const target = request.url ?? '/'
    const requested = requestedHost({ target, rawHeaders: request.rawHeaders })
    if ('reason' in requested || !isKnown(requested.host)) {
      response
        .writeHead(403, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify({ error: 'forbidden', error_description: EXPLANATION }))
      return
    }
    request.url = parseRequestTarget(target)?.path ?? target
    handler(request, response)
  }
}

const EXPLANATION =
  'Requests with this Host are not accepted here: this server is for development on this machine.'
