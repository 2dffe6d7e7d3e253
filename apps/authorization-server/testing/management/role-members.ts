import { z } from 'zod'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { pages } from './pages.js'
import { Refusal } from './refusal.js'
import { shown } from './roles.js'
import type { Tenant, UserEntry } from './tenant.js'

const ROLES = z.strictObject({ roles: z.array(z.string()).min(1) })
const USERS = z.strictObject({ users: z.array(z.string()).min(1) })

/** Users by their address, and which roles they hold. An address is compared byte for byte. */
export const ROLE_MEMBERS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/users-by-email', scope: 'read:users' },
    answer: ({ users }, { query }) => {
      const email = query.get('email')
      if (email === null) throw new Refusal(400, 'invalid_query_string')
      return [200, users.filter((user) => user['email'] === email).map(withoutRoles)]
    },
  },
  {
    ...{
      method: 'GET',
      path: '/users/:id/roles',
      scope: 'read:users read:roles read:role_members',
    },
    answer: (tenant, { query }, id) => {
      const { roles } = byId(tenant.users, id, 'user_id')
      const held = tenant.roles.filter((role) => roles.includes(role.id))
      return [200, pages(held.map(shown), 'roles', query)]
    },
  },
  {
    ...{ method: 'POST', path: '/users/:id/roles', scope: 'update:users create:role_members' },
    answer: (tenant, { body }, id) => {
      for (const role of valid(ROLES, body).roles) assign(tenant, id, role)
      return [204]
    },
  },
  {
    ...{ method: 'DELETE', path: '/users/:id/roles', scope: 'update:users delete:role_members' },
    answer: (tenant, { body }, id) => {
      const { roles } = valid(ROLES, body)
      discard(byId(tenant.users, id, 'user_id').roles, (role) => roles.includes(role))
      return [204]
    },
  },
  {
    ...{
      method: 'GET',
      path: '/roles/:id/users',
      scope: 'read:users read:roles read:role_members',
    },
    answer: ({ roles, users }, { query }, id) => {
      const role = byId(roles, id, 'id')
      const holders = users.filter((user) => user.roles.includes(role.id))
      return [200, pages(holders.map(withoutRoles), 'users', query)]
    },
  },
  {
    ...{ method: 'POST', path: '/roles/:id/users', scope: 'update:roles create:role_members' },
    answer: (tenant, { body }, id) => {
      for (const user of valid(USERS, body).users) assign(tenant, user, id)
      return [200]
    },
  },
]

function assign(tenant: Tenant, userId: string, roleId: string): void {
  const { roles } = byId(tenant.users, userId, 'user_id')
  const { id } = byId(tenant.roles, roleId, 'id')
  if (!roles.includes(id)) roles.push(id)
}

function withoutRoles({ roles: _hidden, ...user }: UserEntry): object {
  return user
}
