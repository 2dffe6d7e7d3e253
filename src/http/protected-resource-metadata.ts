import { withoutUndefined } from '../options/without-undefined.js'
import { z } from 'zod'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { resourceScopes } from '../scopes.js'

/** Protected-resource metadata (RFC 9728 §2), as far as this server has something to say. */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[] | undefined
  readonly bearer_methods_supported: readonly ['header']
  readonly resource_name?: string | undefined
}

/** What this server tells clients about itself: its identifier, its authorization servers, its baseline scopes. */
export interface ResourceDescription {
  /** This server's resource identifier, byte for byte the audience of its tokens. */
  readonly resource: string
  readonly authorizationServers: readonly string[]
  /** The small set of scopes that a client should ask for at sign-in; never the whole catalogue. */
  readonly baselineScopes: readonly string[]
  readonly name?: string | undefined
}

/** The schema of a `ResourceDescription` among options. */
export const RESOURCE_SCHEMA = optionsSchema<ResourceDescription>({
  resource: optionValues.text('the resource identifier, e.g. https://mcp.example.com/mcp'),
  authorizationServers: optionValues.texts('an issuer identifier'),
  baselineScopes: optionValues.texts('a scope'),
  name: z.string('must be a text').optional(),
})

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Builds the metadata document (RFC 9728 §3.2). `offline_access` never appears in it: it is no scope of a resource. */
export function protectedResourceMetadata(
  description: ResourceDescription,
): ProtectedResourceMetadata {
  const scopes = resourceScopes(description.baselineScopes)
  return withoutUndefined({
    resource: description.resource,
    authorization_servers: description.authorizationServers,
    scopes_supported: scopes.length === 0 ? undefined : scopes,
    bearer_methods_supported: ['header'] as const,
    resource_name: description.name,
  })
}

/**
 * Under which address challenges name the metadata. `host`, the default: at the root of the host, as RFC 9728 §3.1 has
 * it. `path`: below the path of the server, for a proxy that passes on that path alone.
 */
export type MetadataLocation = 'host' | 'path'

/**
 * The paths at which a client may look for the metadata of the endpoint at `endpoint`: inserted before its
 * path (RFC 9728 §3.1), at the root, and both again below the path that the endpoint is under.
 */
export function metadataPaths(endpoint: URL): readonly string[] {
  const path = endpoint.pathname.replace(/\/+$/, '')
  const below = path.replace(/\/[^/]*$/, '')
  return [
    ...new Set([
      `${WELL_KNOWN}${path}`,
      WELL_KNOWN,
      `${below}${WELL_KNOWN}${path.slice(below.length)}`,
      `${below}${WELL_KNOWN}`,
    ]),
  ]
}

/**
 * The metadata URL that challenges name: built from configuration, never from a request's Host header.
 *
 * @category Routes
 */
export function metadataUrl(endpoint: URL, location: MetadataLocation = 'host'): URL {
  const path = endpoint.pathname.replace(/\/+$/, '')
  const below = location === 'path' ? path.replace(/\/[^/]*$/, '') : ''
  return new URL(`${below}${WELL_KNOWN}${path.slice(below.length)}`, endpoint.origin)
}
