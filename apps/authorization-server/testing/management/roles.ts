import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { pages } from './pages.js'
import { Refusal } from './refusal.js'
import type { PermissionEntry, RoleEntry, Tenant } from './tenant.js'

const ROLE = z.strictObject({ name: z.string().min(1), description: z.string().optional() })
const PERMISSIONS = z.strictObject({
  permissions: z
    .array(z.strictObject({ resource_server_identifier: z.string(), permission_name: z.string() }))
    .min(1),
})

/** Roles and the permissions that they consist of; `role-members.ts` has who holds them. */
export const ROLES: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/roles', scope: 'read:roles' },
    answer: ({ roles }, { query }) => {
      const part = (query.get('name_filter') ?? '').toLowerCase()
      const found = roles.filter(({ name }) => (name as string).toLowerCase().includes(part))
      return [200, pages(found.map(shown), 'roles', query)]
    },
  },
  {
    ...{ method: 'POST', path: '/roles', scope: 'create:roles' },
    answer: ({ roles }, { body }) => {
      const created = valid(ROLE, body)
      if (roles.some(({ name }) => name === created.name)) throw new Refusal(409, 'role_exists')
      const entry = { id: `rol_${randomUUID()}`, ...created, permissions: [] }
      roles.push(entry)
      return [200, shown(entry)]
    },
  },
  {
    ...{ method: 'DELETE', path: '/roles/:id', scope: 'delete:roles' },
    answer: ({ roles, users }, _call, id) => {
      const role = byId(roles, id, 'id')
      discard(roles, (other) => other === role)
      for (const user of users) discard(user.roles, (held) => held === id)
      return [204]
    },
  },
  {
    ...{ method: 'GET', path: '/roles/:id/permissions', scope: 'read:roles' },
    answer: ({ roles }, { query }, id) => [
      200,
      pages(byId(roles, id, 'id').permissions, 'permissions', query),
    ],
  },
  {
    ...{ method: 'POST', path: '/roles/:id/permissions', scope: 'update:roles' },
    answer: (tenant, { body }, id) => {
      const { permissions: held } = byId(tenant.roles, id, 'id')
      const { permissions } = valid(PERMISSIONS, body)
      for (const permission of permissions) assertExists(tenant, permission)
      held.push(...permissions.filter((added) => !held.some((other) => same(other, added))))
      return [201]
    },
  },
  {
    ...{ method: 'DELETE', path: '/roles/:id/permissions', scope: 'update:roles' },
    answer: ({ roles }, { body }, id) => {
      const { permissions } = valid(PERMISSIONS, body)
      const held = byId(roles, id, 'id').permissions
      discard(held, (permission) => permissions.some((gone) => same(gone, permission)))
      return [204]
    },
  },
]

/** A role as an answer has it. */
export function shown({ permissions: _hidden, ...role }: RoleEntry): object {
  return role
}

function same(one: PermissionEntry, other: PermissionEntry): boolean {
  return (
    one.resource_server_identifier === other.resource_server_identifier &&
    one.permission_name === other.permission_name
  )
}

function assertExists({ resourceServers }: Tenant, permission: PermissionEntry): void {
  const api = resourceServers.find(
    ({ identifier }) => identifier === permission.resource_server_identifier,
  )
  const values = (api?.['scopes'] ?? []) as { value: string }[]
  if (!values.some(({ value }) => value === permission.permission_name)) {
    throw new Refusal(400, 'inexistent_permission')
  }
}
