import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { pages } from './pages.js'
import { Refusal } from './refusal.js'
import type { Entry, Tenant } from './tenant.js'

const METADATA_NAME = /^[\w:,+=*?"/\\()<>@\t -]{1,255}$/
const MOST_METADATA = 10

const FIELDS = {
  name: z.string().min(1).optional(),
  oidc_conformant: z.boolean().optional(),
  is_first_party: z.boolean().optional(),
  is_token_endpoint_ip_header_trusted: z.boolean().optional(),
  grant_types: z.array(z.string()).optional(),
  callbacks: z.array(z.url()).optional(),
  jwt_configuration: z.strictObject({ alg: z.enum(['HS256', 'RS256', 'PS256']) }).optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'])
    .optional(),
  token_exchange: z
    .strictObject({
      allow_any_profile_of_type: z.array(
        z.enum(['custom_authentication', 'on_behalf_of_token_exchange']),
      ),
    })
    .nullish(),
  client_metadata: z
    .record(z.string().regex(METADATA_NAME), z.string().max(255).nullable())
    .optional(),
}
const CREATION = z
  .strictObject({
    ...FIELDS,
    name: z.string().min(1),
    app_type: z.enum(['resource_server', 'non_interactive', 'native', 'regular_web']),
    resource_server_identifier: z.string().optional(),
  })
  .refine(
    ({ app_type, resource_server_identifier }) =>
      (app_type === 'resource_server') === (resource_server_identifier !== undefined),
  )
// resource_server_identifier and app_type of such clients are immutable.
const UPDATE = z.strictObject(FIELDS)

/** The tenant's applications. Their secrets are shown to a token with read:client_keys alone. */
export const CLIENTS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/clients', scope: 'read:clients' },
    answer: ({ clients }, { query, scopes }) => {
      const types = query.get('app_type')?.split(',')
      const firstParty = query.get('is_first_party')
      const listed = clients.filter(
        ({ app_type, is_first_party = true }) =>
          (types === undefined || types.includes(app_type as string)) &&
          (firstParty === null || String(is_first_party) === firstParty),
      )
      const seen = listed.map((client) => shown(client, scopes))
      return [200, pages(seen, 'clients', query)]
    },
  },
  {
    ...{ method: 'GET', path: '/clients/:id', scope: 'read:clients' },
    answer: ({ clients }, { scopes }, id) => [200, shown(byId(clients, id, 'client_id'), scopes)],
  },
  {
    ...{ method: 'POST', path: '/clients', scope: 'create:clients' },
    answer: (tenant, { body }) => {
      const { client_metadata, ...created } = valid(CREATION, body)
      const own = linked(tenant, created.resource_server_identifier)
      const entry: Entry = {
        client_id: randomUUID().replaceAll('-', ''),
        client_secret: `secret-${randomUUID()}${randomUUID()}`,
        ...created,
      }
      if (client_metadata !== undefined) mergeMetadata(entry, client_metadata)
      tenant.clients.push(entry)
      if (own !== undefined) own['client_id'] = entry['client_id']
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: '/clients/:id', scope: 'update:clients' },
    answer: ({ clients }, { body, scopes }, id) => {
      const client = byId(clients, id, 'client_id')
      const { client_metadata, ...update } = valid(UPDATE, body)
      if (client_metadata !== undefined) mergeMetadata(client, client_metadata)
      Object.assign(client, update)
      return [200, shown(client, scopes)]
    },
  },
  {
    ...{ method: 'DELETE', path: '/clients/:id', scope: 'delete:clients' },
    answer: (tenant, _call, id) => {
      const client = byId(tenant.clients, id, 'client_id')
      discard(tenant.clients, (other) => other === client)
      discard(tenant.clientGrants, ({ client_id }) => client_id === id)
      for (const { enabled_clients } of tenant.connections) {
        discard(enabled_clients, (enabled) => enabled === id)
      }
      for (const api of tenant.resourceServers) {
        if (api['client_id'] === id) Reflect.deleteProperty(api, 'client_id')
      }
      return [204]
    },
  },
]

/** The API that a client is made for; it has to be there. */
function linked({ resourceServers }: Tenant, identifier: string | undefined): Entry | undefined {
  if (identifier === undefined) return undefined
  const api = resourceServers.find((candidate) => candidate['identifier'] === identifier)
  if (api === undefined) throw new Refusal(400, 'invalid_body')
  return api
}

/** Merged by its keys; `null` takes one away, and there are ten at most. */
function mergeMetadata(client: Entry, update: Readonly<Record<string, string | null>>): void {
  const before = (client['client_metadata'] ?? {}) as Entry
  const merged = Object.entries({ ...before, ...update }).filter(([, value]) => value !== null)
  if (merged.length > MOST_METADATA) throw new Refusal(400, 'invalid_body')
  if (merged.length === 0) Reflect.deleteProperty(client, 'client_metadata')
  else client['client_metadata'] = Object.fromEntries(merged)
}

function shown({ client_secret, ...client }: Entry, scopes: ReadonlySet<string>): Entry {
  return scopes.has('read:client_keys') ? { ...client, client_secret } : client
}
