import { z } from 'zod'
import { randomUUID } from 'node:crypto'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { pages } from './pages.js'
import { Refusal } from './refusal.js'
import type { Entry, Tenant } from './tenant.js'

const policy = (...policies: [string, ...string[]]) => z.strictObject({ policy: z.enum(policies) })

const FIELDS = {
  name: z
    .string()
    .max(200)
    .regex(/^[^<>]+$/)
    .optional(),
  scopes: z.array(z.strictObject({ value: z.string().min(1), description: z.string() })).optional(),
  signing_alg: z.enum(['HS256', 'RS256', 'RS512', 'PS256']).optional(),
  token_dialect: z
    .enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'])
    .optional(),
  enforce_policies: z.boolean().optional(),
  allow_offline_access: z.boolean().optional(),
  token_lifetime: z.int().max(2_592_000).optional(),
  skip_consent_for_verifiable_first_party_clients: z.boolean().optional(),
  subject_type_authorization: z
    .strictObject({
      user: policy('allow_all', 'deny_all', 'require_client_grant').optional(),
      client: policy('deny_all', 'require_client_grant').optional(),
    })
    .optional(),
}
const CREATION = z.strictObject({ ...FIELDS, identifier: z.string().min(1).max(600) })
// The identifier is immutable.
const UPDATE = z.strictObject(FIELDS)

/** The APIs of the tenant. An id may be the identifier in its place. */
export const RESOURCE_SERVERS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/resource-servers', scope: 'read:resource_servers' },
    answer: ({ resourceServers }, { query }) => {
      const wanted = query.getAll('identifiers')
      const found = resourceServers.filter(
        ({ identifier }) => wanted.length === 0 || wanted.includes(identifier as string),
      )
      return [200, pages(found, 'resource_servers', query)]
    },
  },
  {
    ...{ method: 'GET', path: '/resource-servers/:id', scope: 'read:resource_servers' },
    answer: (tenant, _call, id) => [200, findResourceServer(tenant, id)],
  },
  {
    ...{ method: 'POST', path: '/resource-servers', scope: 'create:resource_servers' },
    answer: ({ resourceServers }, { body }) => {
      const created = valid(CREATION, body)
      if (resourceServers.some(({ identifier }) => identifier === created.identifier)) {
        throw new Refusal(409, 'resource_server_exists')
      }
      const entry = { id: `api_${randomUUID()}`, ...created }
      resourceServers.push(entry)
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: '/resource-servers/:id', scope: 'update:resource_servers' },
    answer: (tenant, { body }, id) => {
      const api = changeable(findResourceServer(tenant, id))
      const update = valid(UPDATE, body)
      Object.assign(api, update)
      const left = update.scopes?.map(({ value }) => value)
      if (left !== undefined)
        forgetScopes(tenant, api['identifier'], (scope) => left.includes(scope))
      return [200, api]
    },
  },
  {
    ...{ method: 'DELETE', path: '/resource-servers/:id', scope: 'delete:resource_servers' },
    answer: (tenant, _call, id) => {
      const api = changeable(findResourceServer(tenant, id))
      discard(tenant.resourceServers, (other) => other === api)
      discard(tenant.clientGrants, ({ audience }) => audience === api['identifier'])
      forgetScopes(tenant, api['identifier'], () => false)
      return [204]
    },
  },
]

function findResourceServer({ resourceServers }: Tenant, id: string): Entry {
  const found = resourceServers.find((api) => api['id'] === id)
  return found ?? byId(resourceServers, id, 'identifier')
}

function changeable(api: Entry): Entry {
  if (api['is_system'] === true) throw new Refusal(403, 'operation_not_supported')
  return api
}

/** Scopes that the API no longer has are no permissions of a role either. */
function forgetScopes({ roles }: Tenant, identifier: unknown, isLeft: (scope: string) => boolean) {
  for (const { permissions } of roles) {
    discard(
      permissions,
      ({ resource_server_identifier: of, permission_name: name }) =>
        of === identifier && !isLeft(name),
    )
  }
}
