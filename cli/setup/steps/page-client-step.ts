import type { GuardedIo } from '../../guarded-output.js'
import type { Blueprint } from '../blueprint.js'
import type { Found } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { isPageClientOf } from '../marks.js'
import {
  clientPath,
  knownClient,
  listClients,
  metadataOf,
  readClient,
  type Client,
} from '../objects/client.js'
import { SetupError } from '../setup-error.js'
import { becomes, type Inspection, type Step } from '../step.js'
import { pageClientForm, type PageClientForm } from './page-client-form.js'

/** The client as which people sign in on the confirmation page. It is setup's own, so an existing one is brought into line. */
export function pageClientStep(
  api: ManagementApi,
  blueprint: Blueprint,
  { found, keep }: { readonly found: Found; readonly keep: GuardedIo['keep'] },
): Step {
  const form = pageClientForm(blueprint)
  return {
    name: 'the client of the confirmation page',
    async inspect() {
      const client = await findPageClient(api, blueprint.server.identifier)
      if (client !== undefined) {
        found.pageClient = knownClient(client, keep)
        return alignment(api, client, form)
      }
      return creation(form, async (body) => {
        found.pageClient = knownClient(readClient(await api.post('/clients', body)), keep)
      })
    },
  }
}

/** By its metadata: names are not unique at Auth0, so they are not looked at. Throws a `SetupError` where there are several. */
async function findPageClient(api: ManagementApi, identifier: string): Promise<Client | undefined> {
  const clients = await listClients(api)
  const ours = clients.filter((client) => isPageClientOf(metadataOf(client), identifier))
  if (ours.length <= 1) return ours[0]
  throw new SetupError(
    `Several clients are for the confirmation page of ${identifier}: ${ours.map(({ client_id }) => client_id).join(', ')}.`,
    'This command does not guess. Delete those that are not CONFIRMATION_CLIENT_ID of the server (Dashboard, Applications), and run it again.',
  )
}

function creation(
  { body, marks }: PageClientForm,
  create: (body: object) => Promise<void>,
): Inspection {
  return {
    changes: [
      {
        summary: 'create the client of the confirmation page',
        details: [
          ...Object.entries(body).map(([key, value]) => becomes(key, undefined, value)),
          `client_metadata: ${Object.keys(marks).join(' ')}`,
        ],
        perform: () => create({ ...body, client_metadata: marks }),
      },
    ],
  }
}

/** A callback that somebody has added stays: it may be that of another address of the server. Further grants do not. */
function alignment(api: ManagementApi, client: Client, { body }: PageClientForm): Inspection {
  const { client_id: id } = client
  assertUsesSecret(client)
  const patch: Record<string, unknown> = {}
  const details: string[] = []
  const align = (key: string, before: unknown, after: unknown): void => {
    if (JSON.stringify(before) === JSON.stringify(after)) return
    patch[key] = after
    details.push(becomes(key, before, after))
  }
  const [callback] = body.callbacks
  const held = client.callbacks ?? []
  const others = held.filter((other) => other !== callback)
  const lacksCallback = others.length === held.length
  if (lacksCallback) align('callbacks', held, [...held, callback])
  for (const key of ['grant_types', 'oidc_conformant', 'token_endpoint_auth_method'] as const) {
    align(key, client[key], body[key])
  }
  if (client.jwt_configuration?.alg !== body.jwt_configuration.alg) {
    align('jwt_configuration', client.jwt_configuration, body.jwt_configuration)
  }
  const change = {
    summary: `change the client ${id} of the confirmation page`,
    details,
    widens: lacksCallback,
    perform: () => api.patch(clientPath(id), patch),
  }
  return {
    changes: details.length === 0 ? [] : [change],
    notes: others.map(
      (other) =>
        `callbacks of the client ${id} has ${other} too, which stays: delete it if it is no address of this server.`,
    ),
  }
}

/** Auth0 does not take a method with a secret beside another one, and the page has nothing but a secret. */
function assertUsesSecret({ client_id: id, client_authentication_methods: methods }: Client): void {
  const names = Object.keys(methods ?? {})
  if (names.length === 0) return
  throw new SetupError(
    `The client ${id} of the confirmation page proves itself by ${names.join(', ')}, and the page does so by a secret.`,
    'Set its authentication method to Client Secret (Post): Dashboard, Applications, that client, Credentials. Then run the command again.',
  )
}
