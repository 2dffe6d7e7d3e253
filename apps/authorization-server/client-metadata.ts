import { randomBytes } from 'node:crypto'
import { errors } from 'oidc-provider'
import type { Directory } from './directory.js'
import { findClient } from './lookup.js'

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])
const SELF_SERVICE_GRANTS = new Set(['authorization_code', 'refresh_token'])

/** Returns an id for a client that registers itself; Auth0 begins those of third parties so, too. */
export function thirdPartyClientId(): string {
  return `tpc_${randomBytes(18).toString('base64url')}`
}

/**
 * Corrects the metadata of a client that describes itself, in place, before the library checks it.
 *
 * MCP clients register with more than this server offers (RFC 7591 §2 lets the server replace it):
 * - `scope` is dropped: what a third party may ask for is decided by its client grant;
 * - grant types other than the authorization code and refresh tokens are dropped;
 * - whoever is called back on the user's own machine, by loopback address or by an app's scheme, is
 *   `native`, stated or not, so that any port is accepted (RFC 8252 §7.3);
 * - members that are null or empty count as absent.
 *
 * Pre-registered clients are left alone.
 */
export function normaliseClientMetadata(
  directory: Directory,
  metadata: Record<string, unknown>,
): void {
  const clientId = metadata['client_id']
  if (typeof clientId === 'string' && findClient(directory, clientId) !== undefined) return

  for (const [name, value] of Object.entries(metadata)) {
    if (value === null || value === '') Reflect.deleteProperty(metadata, name)
  }
  Reflect.deleteProperty(metadata, 'scope')
  const { grant_types: grantTypes, redirect_uris: redirectUris } = metadata
  assertRedirectUris(redirectUris)
  if (Array.isArray(grantTypes)) {
    metadata['grant_types'] = grantTypes.filter((grant) => SELF_SERVICE_GRANTS.has(String(grant)))
  }
  if (isNative(redirectUris)) metadata['application_type'] = 'native'
}

/**
 * A code goes where the URI says, and the page that sends it there allows that host in its Content-Security-Policy: a user
 * name makes a URI look like another host's, and a host with anything but letters in it may be a wildcard there.
 */
function assertRedirectUris(redirectUris: unknown): void {
  if (!Array.isArray(redirectUris)) return
  for (const uri of redirectUris as unknown[]) {
    if (typeof uri !== 'string' || !URL.canParse(uri)) continue
    const { username, password, hostname, protocol } = new URL(uri)
    const web = protocol === 'http:' || protocol === 'https:'
    if (username !== '' || password !== '' || /^[^/?#]*\/\/[^/?#]*@/.test(uri)) {
      throw new errors.InvalidClientMetadata('redirect_uris must not have a user name')
    }
    if (web && !/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(hostname)) {
      throw new errors.InvalidClientMetadata('redirect_uris must name one host, without wildcards')
    }
  }
}

function isNative(redirectUris: unknown): boolean {
  if (!Array.isArray(redirectUris)) return false
  const kinds = redirectUris.map(kindOf)
  return kinds.includes('own machine') && !kinds.includes('other')
}

function kindOf(uri: unknown): 'own machine' | 'claimed https' | 'other' {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return 'other'
  const { protocol, hostname } = new URL(uri)
  const isLoopback = LOOPBACK_HOSTS.has(hostname)
  if (protocol === 'https:') return isLoopback ? 'other' : 'claimed https'
  return protocol !== 'http:' || isLoopback ? 'own machine' : 'other'
}
