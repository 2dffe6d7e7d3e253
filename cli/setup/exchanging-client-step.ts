import { z } from 'zod'
import { Secret } from '../../src/secret.js'
import type { GuardedIo } from '../guarded-output.js'
import type { Blueprint } from './blueprint.js'
import { listAll } from './listing.js'
import { readAnswer, type ManagementApi } from './management-api.js'
import { findResourceServer } from './resource-server.js'
import { SetupError } from './setup-error.js'
import { becomes, type FoundClient, type Inspection, type Step } from './step.js'

const ON_BEHALF_OF = 'on_behalf_of_token_exchange'

const CLIENT = z.looseObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  app_type: z.string().optional(),
  resource_server_identifier: z.string().nullish(),
  token_endpoint_auth_method: z.string().nullish(),
  token_exchange: z
    .looseObject({ allow_any_profile_of_type: z.array(z.string()).optional() })
    .nullish(),
})
type Client = z.infer<typeof CLIENT>

type Keep = GuardedIo['keep']

/** The client as which the server exchanges tokens: of `app_type` resource_server, bound to the server's API. */
export function exchangingClientStep(
  api: ManagementApi,
  { server }: Blueprint,
  { found, keep }: { readonly found: FoundClient; readonly keep: Keep },
): Step {
  return {
    name: 'the exchanging client',
    async inspect() {
      const client = await findClient(api, server.identifier)
      if (client === undefined) return creation(api, server.identifier, { found, keep })
      found.current = known(client, keep)
      return alignment(api, client)
    },
  }
}

function creation(
  api: ManagementApi,
  identifier: string,
  { found, keep }: { readonly found: FoundClient; readonly keep: Keep },
): Inspection {
  const body = {
    name: 'MCP Server (token exchange)',
    app_type: 'resource_server',
    resource_server_identifier: identifier,
    oidc_conformant: true,
    token_endpoint_auth_method: 'client_secret_post',
    token_exchange: { allow_any_profile_of_type: [ON_BEHALF_OF] },
  }
  return {
    changes: [
      {
        summary: `create the client that exchanges tokens for ${identifier}`,
        details: Object.entries(body).map(([key, value]) => becomes(key, undefined, value)),
        perform: async () => {
          found.current = known(
            readAnswer(CLIENT, await api.post('/clients', body), '/clients'),
            keep,
          )
        },
      },
    ],
  }
}

/** `token_exchange` is replaced as a whole, so what it allows already is sent along. */
function alignment(api: ManagementApi, client: Client): Inspection {
  const path = `/clients/${encodeURIComponent(client.client_id)}`
  const allowed = client.token_exchange?.allow_any_profile_of_type ?? []
  const patch: Record<string, unknown> = {}
  const details: string[] = []
  if (!allowed.includes(ON_BEHALF_OF)) {
    const after = [...allowed, ON_BEHALF_OF]
    patch['token_exchange'] = { ...client.token_exchange, allow_any_profile_of_type: after }
    details.push(becomes('token_exchange.allow_any_profile_of_type', allowed, after))
  }
  const widens = details.length > 0
  if (client.token_endpoint_auth_method === 'none') {
    patch['token_endpoint_auth_method'] = 'client_secret_post'
    details.push(becomes('token_endpoint_auth_method', 'none', 'client_secret_post'))
  }
  const summary = `change the client ${client.client_id}`
  return {
    changes:
      details.length === 0
        ? []
        : [{ summary, details, widens, perform: () => api.patch(path, patch) }],
  }
}

/** By the link that the API has, else among all: names are not unique, so they are not looked at. */
async function findClient(api: ManagementApi, identifier: string): Promise<Client | undefined> {
  const linked = (await findResourceServer(api, identifier))?.client_id
  const candidates = await listAll(api, {
    path: '/clients',
    collection: 'clients',
    entry: CLIENT,
    query: { app_type: 'resource_server', is_first_party: 'true' },
    style: 'pages',
  })
  const bound = candidates.filter((client) => client.resource_server_identifier === identifier)
  const chosen = bound.length > 1 ? bound.filter((client) => client.client_id === linked) : bound
  if (chosen.length > 1 || (bound.length > 1 && chosen.length === 0)) {
    throw new SetupError(
      `Several clients are bound to ${identifier}: ${bound.map(({ client_id }) => client_id).join(', ')}.`,
      'This command does not guess. Delete those that are not used (Dashboard, Applications), and run it again.',
    )
  }
  if (chosen[0] !== undefined || linked === undefined || linked === null) return chosen[0]
  const path = `/clients/${encodeURIComponent(linked)}`
  return readAnswer(CLIENT, await api.get(path), path)
}

function known({ client_id: clientId, client_secret: secret }: Client, keep: Keep) {
  return { clientId, secret: secret === undefined ? undefined : keep(new Secret(secret)) }
}
