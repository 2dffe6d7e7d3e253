import { isIP } from 'node:net'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Directory } from './directory.js'
import { findClient } from './lookup.js'

/**
 * Returns the IP address that a token request comes from, as far as it is known.
 *
 * A client with `is_token_endpoint_ip_header_trusted` names its end user's address in the header
 * `auth0-forwarded-for`. From any other client, or when it is no address, the header is ignored.
 */
export function clientAddressOf(
  directory: Directory,
  clientId: string,
  ctx: KoaContextWithOIDC,
): string {
  const forwarded = ctx.get('auth0-forwarded-for').trim()
  const isTrusted = findClient(directory, clientId)?.is_token_endpoint_ip_header_trusted === true
  if (isTrusted && isIP(forwarded) !== 0) return forwarded
  return ctx.req.socket.remoteAddress ?? 'unknown'
}
