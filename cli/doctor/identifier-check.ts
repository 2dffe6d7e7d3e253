import { resourceFit } from '../../src/identity/resource-fit.js'
import { printable } from '../printable.js'
import { ok, warning, wrong, type Finding } from './finding.js'

const CHECK = 'server.identifier'

/** Whether clients take the identifier in the metadata for the server that they call (RFC 9728 §3.3). */
export function checkIdentifier(identifier: string, endpoint: URL): Finding {
  const shown = printable(identifier)
  switch (resourceFit({ resource: identifier, endpoint })) {
    case 'exact':
      return ok(CHECK, `AUTH0_AUDIENCE ${shown} is the URL that clients call.`)
    case 'above':
      return warning(
        CHECK,
        `AUTH0_AUDIENCE is ${shown}, and clients call ${endpoint.href}. Clients built with an MCP SDK accept that, strict ones refuse it (RFC 9728 §3.3).`,
        `If a client refuses the server, make the API's identifier at the authorization server and AUTH0_AUDIENCE ${endpoint.href}.`,
      )
    case 'refused':
      return wrong(
        CHECK,
        `AUTH0_AUDIENCE is ${shown}, and clients call ${endpoint.href}: they refuse metadata that is not for the URL they call.`,
        `Make AUTH0_AUDIENCE ${endpoint.href}, or correct MCP_SERVER_URL. Where the authorization server writes something else into aud (Entra: the id of the application), name that by TOKEN_AUDIENCE.`,
      )
  }
}
