import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { checkpoints } from './pages.js'
import { Refusal } from './refusal.js'
import type { Entry, Tenant } from './tenant.js'

const CREATION = z
  .strictObject({
    client_id: z.string().optional(),
    default_for: z.literal('third_party_clients').optional(),
    audience: z.string(),
    scope: z.array(z.string()).optional(),
    allow_all_scopes: z.boolean().optional(),
    subject_type: z.enum(['user', 'client']).default('client'),
  })
  .refine((grant) => (grant.client_id === undefined) !== (grant.default_for === undefined))
// Holder, audience and subject type are immutable.
const UPDATE = z.strictObject({
  scope: z.array(z.string()).optional(),
  allow_all_scopes: z.boolean().optional(),
})
const FILTERS = ['client_id', 'default_for', 'audience', 'subject_type'] as const

/** Which client may ask for tokens of which API. */
export const CLIENT_GRANTS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/client-grants', scope: 'read:client_grants' },
    answer: ({ clientGrants }, { query }) => {
      const found = clientGrants.filter((grant) =>
        FILTERS.every((name) => query.get(name) === null || grant[name] === query.get(name)),
      )
      return [200, checkpoints(found, 'client_grants', query)]
    },
  },
  {
    ...{ method: 'POST', path: '/client-grants', scope: 'create:client_grants' },
    answer: (tenant, { body }) => {
      const created = valid(CREATION, body)
      assertGrantable(tenant, created)
      const entry = { id: `cgr_${randomUUID()}`, ...created }
      tenant.clientGrants.push(entry)
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: '/client-grants/:id', scope: 'update:client_grants' },
    answer: (tenant, { body }, id) => {
      const grant = changeable(byId(tenant.clientGrants, id, 'id'))
      const update = valid(UPDATE, body)
      assertScopes(tenant, grant['audience'], update.scope)
      return [200, Object.assign(grant, update)]
    },
  },
  {
    ...{ method: 'DELETE', path: '/client-grants/:id', scope: 'delete:client_grants' },
    answer: ({ clientGrants }, _call, id) => {
      const grant = changeable(byId(clientGrants, id, 'id'))
      discard(clientGrants, (other) => other === grant)
      return [204]
    },
  },
]

function changeable(grant: Entry): Entry {
  if (grant['is_system'] === true) throw new Refusal(403, 'operation_not_supported')
  return grant
}

function assertGrantable(tenant: Tenant, grant: z.output<typeof CREATION>): void {
  const { client_id, default_for, audience, subject_type } = grant
  const known =
    client_id === undefined || tenant.clients.some((client) => client['client_id'] === client_id)
  if (!known) throw new Refusal(404, 'inexistent')
  assertScopes(tenant, audience, grant.scope)
  const taken = tenant.clientGrants.some(
    (other) =>
      other['client_id'] === client_id &&
      other['default_for'] === default_for &&
      other['audience'] === audience &&
      other['subject_type'] === subject_type,
  )
  if (taken) throw new Refusal(409, 'client_grant_exists')
}

function assertScopes(
  { resourceServers }: Tenant,
  audience: unknown,
  scope: readonly string[] = [],
): void {
  const api = resourceServers.find(({ identifier }) => identifier === audience)
  if (api === undefined) throw new Refusal(404, 'inexistent')
  const values = ((api['scopes'] ?? []) as { value: string }[]).map(({ value }) => value)
  if (scope.some((entry) => !values.includes(entry))) throw new Refusal(400, 'invalid_scope')
}
