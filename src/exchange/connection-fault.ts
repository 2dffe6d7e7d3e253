import { BodyTooLargeError } from '../http/bounded-body.js'

/** No connection came about: no name, no route, nobody listening, no TLS. It meets everybody who tries. */
const NOT_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOST\w+|ENET\w+|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+)$/

/** How far the causes of an error are followed. */
const MAX_DEPTH = 6

/**
 * Tells why no answer came. `unreachable`: nobody could have got through. `connection_lost`: the connection ended before
 * the answer did, which may be about this request. `nonsense`: the answer is larger than anybody's would be.
 *
 * Decides by the error codes of Node and undici along the causes, never by a text.
 */
export function connectionFault(thrown: unknown): 'unreachable' | 'connection_lost' | 'nonsense' {
  let level = thrown
  for (
    let depth = 0;
    depth < MAX_DEPTH && typeof level === 'object' && level !== null;
    depth += 1
  ) {
    if (level instanceof BodyTooLargeError) return 'nonsense'
    const { code, cause } = level as { readonly code?: unknown; readonly cause?: unknown }
    if (typeof code === 'string' && NOT_CONNECTED.test(code)) return 'unreachable'
    level = cause
  }
  return 'connection_lost'
}
