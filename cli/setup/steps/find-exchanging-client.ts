import type { Blueprint } from '../blueprint.js'
import type { ManagementApi } from '../management-api.js'
import { METADATA, serverTag } from '../marks.js'
import { clientPath, listClients, metadataOf, readClient, type Client } from '../objects/client.js'
import { ifThere } from '../objects/if-there.js'
import { findResourceServer } from '../objects/resource-server.js'
import { SetupError } from '../setup-error.js'

/**
 * Finds the client as which the server exchanges tokens; `undefined` where it has to be created.
 *
 * On-Behalf-Of: the client that is bound to the server's API. Custom Token Exchange: the one whose metadata names the
 * server. Names are not unique at Auth0, so they are not looked at. Throws a `SetupError` where several fit, or where the
 * one that the command line names does not.
 */
export async function findExchangingClient(
  api: ManagementApi,
  blueprint: Blueprint,
): Promise<Client | undefined> {
  const { profile, server, clientId } = blueprint
  if (clientId !== undefined) {
    return requireUsable(await requireClient(api, clientId), blueprint)
  }
  return profile.kind === 'on-behalf-of'
    ? findBound(api, server.identifier)
    : findNamed(api, server.identifier)
}

async function requireClient(api: ManagementApi, clientId: string): Promise<Client> {
  const answer = await ifThere(api.get(clientPath(clientId)))
  if (answer !== undefined) return readClient(answer)
  throw new SetupError(
    `The tenant has no client ${clientId}.`,
    'Correct --client-id: it is the Client ID, not the name (Dashboard, Applications, that client, Settings). Without the option a client is created.',
  )
}

/** By the link that the API has, else among all. */
async function findBound(api: ManagementApi, identifier: string): Promise<Client | undefined> {
  const linked = (await findResourceServer(api, identifier))?.client_id
  const candidates = await listClients(api, 'resource_server')
  const bound = candidates.filter((client) => client.resource_server_identifier === identifier)
  const chosen = bound.length > 1 ? bound.filter((client) => client.client_id === linked) : bound
  if (bound.length > 1 && chosen.length !== 1) {
    throw several(`bound to ${identifier}`, bound)
  }
  if (chosen[0] !== undefined || linked === undefined || linked === null) return chosen[0]
  return readClient(await api.get(clientPath(linked)))
}

async function findNamed(api: ManagementApi, identifier: string): Promise<Client | undefined> {
  const tag = serverTag(identifier)
  const candidates = await listClients(api)
  const ours = candidates.filter((client) => metadataOf(client)[METADATA.server] === tag)
  if (ours.length > 1) throw several(`for the MCP server ${identifier}`, ours)
  return ours[0]
}

function several(what: string, clients: readonly Client[]): SetupError {
  return new SetupError(
    `Several clients are ${what}: ${clients.map(({ client_id }) => client_id).join(', ')}.`,
    'This command does not guess. Name the right one by --client-id; or delete those that are not used (Dashboard, Applications), and run it again.',
  )
}

/** An existing client is taken as it is, or not at all: others may use it. */
function requireUsable(client: Client, { profile, server }: Blueprint): Client {
  const fault =
    profile.kind === 'on-behalf-of'
      ? client.resource_server_identifier !== server.identifier &&
        `is not bound to ${server.identifier}: On-Behalf-Of needs a client of app_type "resource_server" with that resource_server_identifier, which cannot be changed later`
      : customExchangeFault(client, serverTag(server.identifier))
  if (fault === false || fault === undefined) return client
  throw new SetupError(
    `The client ${client.client_id} ${fault}.`,
    'Name another one by --client-id, or leave the option out: then one is created.',
  )
}

function customExchangeFault(client: Client, tag: string): string | undefined {
  const { [METADATA.server]: other = tag } = metadataOf(client)
  if (other !== tag) return `belongs to the set-up of another MCP server (${other})`
  if (client.app_type === 'resource_server') return 'can exchange tokens on behalf of users alone'
  if (client.is_first_party === false) return 'is one of a third party (is_first_party: false)'
  if (client.oidc_conformant === false) return 'is not OIDC conformant (oidc_conformant: false)'
  if (client.token_endpoint_auth_method === 'none') return 'is a public client, without a secret'
  return undefined
}
