import type { Config } from '../../../src/config/config.js'
import { printable } from '../../printable.js'
import { ok, warning, wrong, type Finding } from '../finding.js'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What cannot work with Entra, or is probably not meant. */
export function entraSettings(config: Config): readonly Finding[] {
  return [checkClientId(config), ...checkScopePrefix(config)]
}

/** Entra exchanges a token for the application alone that it was issued for (AADSTS50013). */
function checkClientId({ exchange: { clientId }, resource: { tokenAudience } }: Config): Finding {
  const check = 'settings.client_id'
  if (tokenAudience.toLowerCase() === clientId.toLowerCase()) {
    return ok(check, 'The tokens are for the application that exchanges them.')
  }
  const message = `MCP_AUTH0_CLIENT_ID is ${printable(clientId)}, and the tokens are for ${printable(tokenAudience)}.`
  return UUID.test(tokenAudience)
    ? wrong(
        check,
        message,
        'Entra exchanges a token only for the application that it was issued for (AADSTS50013). Make TOKEN_AUDIENCE and MCP_AUTH0_CLIENT_ID the Application (client) ID of one registration.',
      )
    : warning(
        check,
        message,
        'Tokens of version 2 have the Application (client) ID in aud: set App registrations → the MCP server → Manifest, requestedAccessTokenVersion, to 2, and TOKEN_AUDIENCE to that id. With version 1, check that this is the Application ID URI of the same registration.',
      )
}

/** `resource` and the scopes have to name one application (AADSTS9010010). */
function checkScopePrefix({
  resource: { resource },
  callerPolicy: { scopePrefix },
}: Config): readonly Finding[] {
  const prefix = scopePrefix?.replace(/\/$/, '')
  if (prefix === resource) return []
  return [
    warning(
      'settings.scope_prefix',
      `Clients are told to ask for scopes of ${printable(prefix ?? 'no application')}, and for the resource ${printable(resource)}.`,
      'Entra refuses a sign-in in which the two differ (AADSTS9010010). Set App registrations → the MCP server → Expose an API → Application ID URI to AUTH0_AUDIENCE, and SCOPE_PREFIX to the same.',
    ),
  ]
}
