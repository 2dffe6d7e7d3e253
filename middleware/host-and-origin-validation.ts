import type { RequestHandler } from 'express'
import { z } from 'zod'
import { hostEntry } from '../src/http/host-entry.js'
import { originEntry } from '../src/http/origin-entry.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { inSequence } from './in-sequence.js'
import { knownHosts } from './known-hosts.js'
import { knownOrigins } from './known-origins.js'

/** Which hosts and origins `hostAndOriginValidation` lets through. */
export interface HostAndOriginValidationOptions {
  /** The public URL of the MCP endpoint: its host and its origin are always on the lists. */
  readonly endpoint: URL
  /** Further values of the Host header, `host` or `host:port`; a `host` alone stands for all its ports. */
  readonly allowedHosts?: readonly string[] | undefined
  /**
   * Further origins of browser clients, extensions and desktop applications, as they send them:
   * `https://inspector.example.com`, `chrome-extension://abcdef`. Compared as text.
   */
  readonly allowedOrigins?: readonly string[] | undefined
}

const OPTIONS = optionsSchema<HostAndOriginValidationOptions>({
  endpoint: optionValues.url,
  allowedHosts: z.array(hostEntry).optional(),
  allowedOrigins: z.array(originEntry).optional(),
})

/**
 * Refuses a Host or an Origin that is not listed (`request_forbidden`), against DNS rebinding, and sends CORS headers
 * to the listed origins.
 *
 * A request without Origin passes. An endpoint on loopback accepts every origin of this machine. Preflights are
 * answered here; cookies are never allowed. The host of an absolute request target counts (RFC 9112 §3.2.2). Mount
 * `protectedResourceMetadataRoute` in front.
 *
 * @category Middleware
 */
export function hostAndOriginValidation(options: HostAndOriginValidationOptions): RequestHandler {
  assertOptions('hostAndOriginValidation', OPTIONS, options)
  const { endpoint, allowedHosts } = options
  const validate = inSequence([knownHosts({ endpoint, allowedHosts }), knownOrigins(options)])
  return function hostAndOriginValidationMiddleware(req, res, next) {
    return validate(req, res, next)
  }
}
