import { printable } from '../printable.js'
import { ok, warning, wrong, type Finding } from './finding.js'

const CHECK = 'server.identifier'

/**
 * Whether clients take the identifier in the metadata for the server that they call. RFC 9728 §3.3 wants it to be the
 * URL that they call; MCP clients built with an SDK are content with one that contains it.
 */
export function checkIdentifier(identifier: string, endpoint: URL): Finding {
  const shown = printable(identifier)
  if (identifier === endpoint.href) {
    return ok(CHECK, `AUTH0_AUDIENCE ${shown} is the URL that clients call.`)
  }
  if (contains(identifier, endpoint)) {
    return warning(
      CHECK,
      `AUTH0_AUDIENCE is ${shown}, and clients call ${endpoint.href}. Clients built with an MCP SDK accept that, strict ones refuse it (RFC 9728 §3.3).`,
      `If a client refuses the server, make the API's identifier at the authorization server and AUTH0_AUDIENCE ${endpoint.href}.`,
    )
  }
  return wrong(
    CHECK,
    `AUTH0_AUDIENCE is ${shown}, and clients call ${endpoint.href}: they refuse metadata that is not for the URL they call.`,
    `Make the API's identifier at the authorization server and AUTH0_AUDIENCE ${endpoint.href}, or correct MCP_SERVER_URL.`,
  )
}

function contains(identifier: string, endpoint: URL): boolean {
  if (!URL.canParse(identifier)) return false
  const { origin, pathname } = new URL(identifier)
  return (
    origin === endpoint.origin &&
    `${endpoint.pathname}/`.startsWith(`${pathname.replace(/\/$/, '')}/`)
  )
}
