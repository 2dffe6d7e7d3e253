import { checkResourceAllowed } from '@modelcontextprotocol/server'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'

/** What clients are told, and where they call. */
export interface AdvertisedResource {
  /** `resource` in the metadata. */
  readonly resource: string
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
}

/**
 * How clients take the metadata's `resource` (RFC 9728 §3.3): `exact` is the endpoint, `above` a URL that contains it, which
 * the MCP SDKs accept and strict clients refuse, `refused` anything else.
 */
export function resourceFit({
  resource,
  endpoint,
}: AdvertisedResource): 'exact' | 'above' | 'refused' {
  if (resource === endpoint.href) return 'exact'
  if (!URL.canParse(resource)) return 'refused'
  const allowed = checkResourceAllowed({
    requestedResource: endpoint,
    configuredResource: resource,
  })
  return allowed ? 'above' : 'refused'
}

/** Logs, once, that clients will refuse the metadata: for the start, since nobody else would say so. */
export function warnOfUnfitResource(advertised: AdvertisedResource, log: Logger): void {
  if (resourceFit(advertised) !== 'refused') return
  const { resource, endpoint } = advertised
  logEvent(log, 'warn', {
    event: 'resource_unfit',
    resource,
    endpoint: endpoint.href,
    hint: 'Make AUTH0_AUDIENCE (option resource) the URL of the endpoint. Where the authorization server writes something else into aud, name that by TOKEN_AUDIENCE (option tokenAudience).',
  })
}
