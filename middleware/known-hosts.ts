import type { RequestHandler } from 'express'
import { z } from 'zod'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { hostEntry } from '../src/http/host-entry.js'
import { parseRequestTarget } from '../src/http/request-target.js'
import { hostList, requestedHost, type RequestedHost } from '../src/http/requested-host.js'
import { scrub } from '../src/logging/scrub.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'

/** Which hosts `knownHosts` lets through. */
export interface KnownHostsOptions {
  /** The public URL of the MCP endpoint: its host is always on the list. */
  readonly endpoint: URL
  /** Further hosts, `host` or `host:port`; a `host` alone stands for all its ports. */
  readonly allowedHosts?: readonly string[] | undefined
}

const OPTIONS = optionsSchema<KnownHostsOptions>({
  endpoint: optionValues.url,
  allowedHosts: z.array(hostEntry, 'must be a list of hosts').optional(),
})

/**
 * Refuses a host that is not listed (`request_forbidden`), against DNS rebinding. Leaves a path as the request target
 * of a request that passes.
 *
 * The host of an absolute target counts, and a Host header has to name the same (RFC 9112 §3.2.2). A target that is
 * neither a path nor a URL is `invalid_request`.
 *
 * @category Middleware
 */
export function knownHosts(options: KnownHostsOptions): RequestHandler {
  assertOptions('knownHosts', OPTIONS, options)
  const { endpoint, allowedHosts: hosts } = options
  const isKnown = hostList(endpoint, hosts)
  return function knownHostsMiddleware(req, _res, next) {
    const requested = requestedHost({ target: req.originalUrl, rawHeaders: req.rawHeaders })
    if ('reason' in requested) next(refusalOf(requested))
    else if (!isKnown(requested.host)) next(notAllowed(requested.host))
    else {
      req.url = parseRequestTarget(req.url)?.path ?? req.url
      next()
    }
  }
}

const HINT =
  'If clients come under this host, make it the host of MCP_SERVER_URL, or add it to ALLOWED_HOSTS. (In the library: endpoint, or http.allowedHosts.)'

function notAllowed(host: string): OnBehalfOfError {
  return new OnBehalfOfError('request_forbidden', {
    reason: 'host_not_allowed',
    log: { host: scrub(host, 200), hint: HINT },
  })
}

function refusalOf(requested: Extract<RequestedHost, { reason: string }>): OnBehalfOfError {
  if (requested.reason === 'request_target') {
    return new OnBehalfOfError('invalid_request', {
      reason: 'request_target',
      description: 'The request target must be a path, or a URL that starts with http://.',
    })
  }
  return new OnBehalfOfError('request_forbidden', {
    reason: requested.reason,
    log:
      requested.reason === 'host_mismatch'
        ? { host: scrub(requested.sent, 200), target: scrub(requested.asked, 200) }
        : undefined,
  })
}
