import { confirmationCallback } from '../../../src/confirmation/confirmation-callback.js'
import { printable } from '../../printable.js'
import { clientById, type Client } from '../../setup/objects/client.js'
import { enabledClients, listConnections } from '../../setup/objects/connection.js'
import { wrong, type Finding } from '../finding.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.confirmation_client'

/** The client as which people sign in on the confirmation page: whether Auth0 lets it sign people in there. */
export const confirmationClientCheck: TenantCheck = {
  check: CHECK,
  fine: 'People can sign in on the confirmation page, where the settings have one.',
  async look(view) {
    const { exchange, confirmation } = view.config
    if (confirmation.page === undefined) return []
    const own = confirmation.page.client?.id
    const client = await clientById(view.api, own ?? exchange.clientId)
    // That the exchanging client is missing is told by its own check.
    if (client === undefined) return own === undefined ? [] : [unknownClient(own, view)]
    const faults = signInFaults(client, view)
    return faults.length > 0 ? faults : connectionFaults(client, view)
  },
}

/** A client that somebody has made by hand stays as it is. */
function bySetup({ config }: TenantView): string {
  const use = config.confirmation.page?.use ?? 'always'
  return `or run mcp-on-behalf-of setup --confirmation-page ${use}, which corrects its own client, and makes one where it has none`
}

function unknownClient(clientId: string, view: TenantView): Finding {
  return wrong(
    CHECK,
    `The tenant has no client ${printable(clientId)}, as which people are to sign in on the confirmation page.`,
    `Set CONFIRMATION_CLIENT_ID to the id of a Regular Web Application of this tenant (Dashboard, Applications), ${bySetup(view)}.`,
  )
}

function signInFaults(client: Client, view: TenantView): readonly Finding[] {
  const callback = confirmationCallback(view.config.endpoint).href
  const setup = bySetup(view)
  const place = 'Dashboard, Applications, that client'
  return [
    ...(client.callbacks?.includes(callback) === true
      ? []
      : [
          wrong(
            CHECK,
            `The client of the confirmation page does not have the callback ${callback}: nobody can sign in there.`,
            `Add it: ${place}, Settings, Allowed Callback URLs; ${setup}.`,
          ),
        ]),
    ...(client.grant_types?.includes('authorization_code') === false
      ? [
          wrong(
            CHECK,
            'grant_types of the client of the confirmation page lacks "authorization_code": nobody can sign in there.',
            `Add it: ${place}, Settings, Advanced Settings, Grant Types; ${setup}.`,
          ),
        ]
      : []),
    ...(client.token_endpoint_auth_method === 'none'
      ? [
          wrong(
            CHECK,
            'token_endpoint_auth_method of the client of the confirmation page is "none", and the page proves itself by a secret.',
            `Set it to client_secret_post: ${place}, Credentials; ${setup}.`,
          ),
        ]
      : []),
  ]
}

async function connectionFaults(
  { client_id: clientId }: Client,
  view: TenantView,
): Promise<readonly Finding[]> {
  for (const { id } of await listConnections(view.api)) {
    if ((await enabledClients(view.api, id)).includes(clientId)) return []
  }
  return [
    wrong(
      CHECK,
      `No connection is enabled for the client ${printable(clientId)}, so nobody can sign in on the confirmation page.`,
      `Enable the connection of your users: Dashboard, Applications, that client, Connections; ${bySetup(view)}.`,
    ),
  ]
}
