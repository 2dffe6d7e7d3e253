import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { BODIES } from './bodies.js'
import { checkpoints, pages } from './pages.js'
import { Refusal } from './refusal.js'

export type Entry = Record<string, unknown>

/** A tenant as the Management API shows it. */
export interface Tenant {
  settings: Entry
  connections: Entry[]
  resourceServers: Entry[]
  clients: Entry[]
  clientGrants: Entry[]
  roles: (Entry & { permissions: Entry[] })[]
}

/** A tenant as it is on its first day: a database connection, a system API, some other clients. */
export function newTenant(): Tenant {
  return {
    settings: { resource_parameter_profile: 'audience', flags: { use_scope_descriptions: true } },
    connections: [
      {
        id: 'con_1',
        name: 'Username-Password-Authentication',
        strategy: 'auth0',
        options: { passwordPolicy: 'good' },
        is_domain_connection: false,
      },
    ],
    resourceServers: [{ id: 'api_system', identifier: 'urn:system', is_system: true }],
    clients: [],
    clientGrants: [],
    roles: [],
  }
}

type Answer = readonly [status: number, body: unknown]

export interface Call {
  readonly method: string
  /** Below `/api/v2`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
  readonly scopes: ReadonlySet<string>
}

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: RegExp
  readonly scope: string
  readonly answer: (tenant: Tenant, call: Call, id: string) => Answer
}

/** Answers one call, or throws a `Refusal`. */
export function answerCall(tenant: Tenant, call: Call): Answer {
  for (const { method, path, scope, answer } of ENDPOINTS) {
    const match = path.exec(call.path)
    if (match === null || method !== call.method) continue
    if (!call.scopes.has(scope)) throw new Refusal(403, 'insufficient_scope')
    return answer(tenant, call, decodeURIComponent(match[1] ?? ''))
  }
  throw new Refusal(404, 'no_such_endpoint')
}

const ENDPOINTS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: /^\/tenants\/settings$/, scope: 'read:tenant_settings' },
    answer: ({ settings }) => [200, settings],
  },
  {
    ...{ method: 'PATCH', path: /^\/tenants\/settings$/, scope: 'update:tenant_settings' },
    answer: ({ settings }, { body }) => {
      const { flags, ...rest } = valid(BODIES.tenantSettings, body)
      const merged = { ...(settings['flags'] as Entry), ...flags }
      return [200, Object.assign(settings, rest, { flags: merged })]
    },
  },
  {
    ...{ method: 'GET', path: /^\/connections$/, scope: 'read:connections' },
    answer: ({ connections }, { query }) => [
      200,
      checkpoints(
        connections.filter(({ name }) => name === query.get('name')),
        'connections',
        query,
      ),
    ],
  },
  {
    ...{ method: 'PATCH', path: /^\/connections\/([^/]+)$/, scope: 'update:connections' },
    answer: ({ connections }, { body }, id) => [
      200,
      Object.assign(byId(connections, id), valid(BODIES.connectionUpdate, body)),
    ],
  },
  {
    ...{ method: 'GET', path: /^\/resource-servers\/([^/]+)$/, scope: 'read:resource_servers' },
    answer: ({ resourceServers }, _call, id) => {
      const found = resourceServers.find((api) => api['id'] === id || api['identifier'] === id)
      if (found === undefined) throw new Refusal(404, 'inexistent_resource_server')
      return [200, found]
    },
  },
  {
    ...{ method: 'POST', path: /^\/resource-servers$/, scope: 'create:resource_servers' },
    answer: ({ resourceServers }, { body }) => {
      const created = valid(BODIES.resourceServer, body)
      if (resourceServers.some(({ identifier }) => identifier === created.identifier)) {
        throw new Refusal(409, 'resource_server_exists')
      }
      const entry = { id: `api_${randomUUID()}`, ...created }
      resourceServers.push(entry)
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: /^\/resource-servers\/([^/]+)$/, scope: 'update:resource_servers' },
    answer: ({ resourceServers }, { body }, id) => [
      200,
      Object.assign(byId(resourceServers, id), valid(BODIES.resourceServerUpdate, body)),
    ],
  },
  {
    ...{ method: 'GET', path: /^\/clients$/, scope: 'read:clients' },
    answer: ({ clients }, { query, scopes }) => {
      const type = query.get('app_type')
      const listed = clients.filter(({ app_type }) => type === null || app_type === type)
      return [
        200,
        pages(
          listed.map((client) => shown(client, scopes)),
          'clients',
          query,
        ),
      ]
    },
  },
  {
    ...{ method: 'GET', path: /^\/clients\/([^/]+)$/, scope: 'read:clients' },
    answer: ({ clients }, { scopes }, id) => [200, shown(byId(clients, id, 'client_id'), scopes)],
  },
  {
    ...{ method: 'POST', path: /^\/clients$/, scope: 'create:clients' },
    answer: (tenant, { body }) => {
      const created = valid(BODIES.client, body)
      const own = tenant.resourceServers.find(
        ({ identifier }) => identifier === created.resource_server_identifier,
      )
      if (created.app_type === 'resource_server' && own === undefined) {
        throw new Refusal(400, 'invalid_body')
      }
      const entry = {
        client_id: randomUUID().replaceAll('-', ''),
        client_secret: `secret-${randomUUID()}${randomUUID()}`,
        ...created,
      }
      tenant.clients.push(entry)
      if (own !== undefined) own['client_id'] = entry.client_id
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: /^\/clients\/([^/]+)$/, scope: 'update:clients' },
    answer: ({ clients }, { body }, id) => [
      200,
      Object.assign(byId(clients, id, 'client_id'), valid(BODIES.clientUpdate, body)),
    ],
  },
  {
    ...{ method: 'GET', path: /^\/client-grants$/, scope: 'read:client_grants' },
    answer: ({ clientGrants }, { query }) => {
      const filters = ['client_id', 'default_for', 'audience', 'subject_type'].flatMap((name) => {
        const value = query.get(name)
        return value === null ? [] : [[name, value] as const]
      })
      const found = clientGrants.filter((grant) =>
        filters.every(([name, value]) => grant[name] === value),
      )
      return [200, checkpoints(found, 'client_grants', query)]
    },
  },
  {
    ...{ method: 'POST', path: /^\/client-grants$/, scope: 'create:client_grants' },
    answer: (tenant, { body }) => {
      const created = valid(BODIES.clientGrant, body)
      assertGrantable(tenant, created)
      const entry = { id: `cgr_${randomUUID()}`, ...created }
      tenant.clientGrants.push(entry)
      return [201, entry]
    },
  },
  {
    ...{ method: 'PATCH', path: /^\/client-grants\/([^/]+)$/, scope: 'update:client_grants' },
    answer: ({ clientGrants }, { body }, id) => [
      200,
      Object.assign(byId(clientGrants, id), valid(BODIES.clientGrantUpdate, body)),
    ],
  },
  {
    ...{ method: 'GET', path: /^\/roles$/, scope: 'read:roles' },
    answer: ({ roles }, { query }) => {
      const part = (query.get('name_filter') ?? '').toLowerCase()
      const found = roles.filter(({ name }) => (name as string).toLowerCase().includes(part))
      return [200, pages(found, 'roles', query)]
    },
  },
  {
    ...{ method: 'POST', path: /^\/roles$/, scope: 'create:roles' },
    answer: ({ roles }, { body }) => {
      const created = valid(BODIES.role, body)
      if (roles.some(({ name }) => name === created.name)) throw new Refusal(409, 'role_exists')
      const entry = { id: `rol_${randomUUID()}`, ...created, permissions: [] }
      roles.push(entry)
      return [200, entry]
    },
  },
  {
    ...{ method: 'GET', path: /^\/roles\/([^/]+)\/permissions$/, scope: 'read:roles' },
    answer: ({ roles }, { query }, id) => [
      200,
      pages(byId(roles, id).permissions, 'permissions', query),
    ],
  },
  {
    ...{ method: 'POST', path: /^\/roles\/([^/]+)\/permissions$/, scope: 'update:roles' },
    answer: (tenant, { body }, id) => {
      const { permissions } = valid(BODIES.permissions, body)
      for (const permission of permissions) assertPermissionExists(tenant, permission)
      byId(tenant.roles, id).permissions.push(...permissions)
      return [201, undefined]
    },
  },
]

function valid<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Refusal(400, 'invalid_body')
}

function byId<T extends Entry>(entries: readonly T[], id: string, key = 'id'): T {
  const found = entries.find((entry) => entry[key] === id)
  if (found === undefined) throw new Refusal(404, 'inexistent')
  return found
}

function shown({ client_secret, ...client }: Entry, scopes: ReadonlySet<string>): Entry {
  return scopes.has('read:client_keys') ? { ...client, client_secret } : client
}

function assertGrantable(
  { clients, resourceServers, clientGrants }: Tenant,
  grant: z.output<typeof BODIES.clientGrant>,
): void {
  const { client_id, default_for, audience, subject_type, scope = [] } = grant
  const api = resourceServers.find(({ identifier }) => identifier === audience)
  const known =
    client_id === undefined || clients.some((client) => client['client_id'] === client_id)
  if (api === undefined || !known) throw new Refusal(404, 'inexistent')
  const values = (api['scopes'] as { value: string }[]).map(({ value }) => value)
  if (scope.some((entry) => !values.includes(entry))) throw new Refusal(400, 'invalid_scope')
  const taken = clientGrants.some(
    (other) =>
      other['client_id'] === client_id &&
      other['default_for'] === default_for &&
      other['audience'] === audience &&
      other['subject_type'] === subject_type,
  )
  if (taken) throw new Refusal(409, 'client_grant_exists')
}

function assertPermissionExists(
  { resourceServers }: Tenant,
  permission: { resource_server_identifier: string; permission_name: string },
): void {
  const api = resourceServers.find(
    ({ identifier }) => identifier === permission.resource_server_identifier,
  )
  const values = (api?.['scopes'] ?? []) as { value: string }[]
  if (!values.some(({ value }) => value === permission.permission_name)) {
    throw new Refusal(400, 'inexistent_permission')
  }
}
