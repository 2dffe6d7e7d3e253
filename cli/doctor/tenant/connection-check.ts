import { enabledClients, listConnections, type Connection } from '../../setup/objects/connection.js'
import { readTenantSettings } from '../../setup/objects/tenant-settings.js'
import { wrong, type Finding } from '../finding.js'
import { letsClientsIn } from './settings-check.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

/** Whether users can sign in: at third-party clients, and by the profile of a Custom Token Exchange. */
export const connectionCheck: TenantCheck = {
  check: 'tenant.connection',
  fine: 'A connection lets users sign in where this deployment needs it.',
  async look(view) {
    const connections = await listConnections(view.api)
    return [
      ...(await signInFaults(view, connections)),
      ...(view.config.exchange.subjectTokenType === undefined
        ? []
        : await profileFaults(view, connections)),
    ]
  },
}

async function signInFaults(
  { api }: TenantView,
  connections: readonly Connection[],
): Promise<readonly Finding[]> {
  if (connections.some(({ is_domain_connection: domainLevel }) => domainLevel === true)) return []
  if (!letsClientsIn(await readTenantSettings(api))) return []
  return [
    wrong(
      'tenant.connection',
      'No connection is at domain level, so nobody can sign in at a third-party client, which every MCP client is that registers itself or comes with a metadata document.',
      'Promote the connection of your users: mcp-on-behalf-of setup --connection NAME does, or Dashboard, Authentication, that connection, Promote Connection to Domain Level.',
    ),
  ]
}

/** Auth0 signs a user in by a profile only where the user's connection is enabled for the exchanging client. */
async function profileFaults(
  { api, config }: TenantView,
  connections: readonly Connection[],
): Promise<readonly Finding[]> {
  const { clientId } = config.exchange
  for (const { id } of connections) {
    if ((await enabledClients(api, id)).includes(clientId)) return []
  }
  return [
    wrong(
      'tenant.connection',
      `No connection is enabled for the client ${clientId}, so its token exchange profile can sign nobody in.`,
      "Enable the users' connection for it: mcp-on-behalf-of setup does, or Dashboard, Applications, that client, Connections.",
    ),
  ]
}
