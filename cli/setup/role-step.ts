import { z } from 'zod'
import type { Blueprint } from './blueprint.js'
import { listAll } from './listing.js'
import { readAnswer, type ManagementApi } from './management-api.js'
import type { Inspection, Step } from './step.js'

const ROLE = z.looseObject({ id: z.string(), name: z.string() })
const PERMISSION = z.looseObject({
  resource_server_identifier: z.string(),
  permission_name: z.string(),
})
type Permission = z.infer<typeof PERMISSION>

/** A role with every scope of both APIs: with RBAC on, a user without the API's permission gets nothing. */
export function roleStep(api: ManagementApi, blueprint: Blueprint, name: string): Step {
  const wanted = [blueprint.server, blueprint.api].flatMap(({ identifier, scopes }) =>
    scopes.map((scope) => ({ resource_server_identifier: identifier, permission_name: scope })),
  )
  return {
    name: `the role ${name}`,
    async inspect() {
      const roles = await listAll(api, {
        path: '/roles',
        collection: 'roles',
        entry: ROLE,
        // Matches any part of a name, in any case.
        query: { name_filter: name },
        style: 'pages',
      })
      const role = roles.find((candidate) => candidate.name === name)
      return role === undefined ? creation(api, name, wanted) : extension(api, role, wanted)
    },
  }
}

function creation(api: ManagementApi, name: string, wanted: readonly Permission[]): Inspection {
  return {
    changes: [
      {
        summary: `create the role ${name}`,
        details: ['nobody has it yet: assign it to users (Dashboard, User Management, Roles)'],
        perform: async () => {
          const description = 'May use every tool of the MCP server, and its API through it'
          const role = readAnswer(ROLE, await api.post('/roles', { name, description }), '/roles')
          await api.post(permissionsPath(role.id), { permissions: wanted })
        },
      },
    ],
    notes: [`permissions of the new role: ${shown(wanted)}`],
  }
}

async function extension(
  api: ManagementApi,
  role: z.infer<typeof ROLE>,
  wanted: readonly Permission[],
): Promise<Inspection> {
  const held = await listAll(api, {
    path: permissionsPath(role.id),
    collection: 'permissions',
    entry: PERMISSION,
    style: 'pages',
  })
  const missing = wanted.filter(
    (permission) => !held.some((other) => key(other) === key(permission)),
  )
  if (missing.length === 0) return { changes: [] }
  return {
    changes: [
      {
        summary: `extend the role ${role.name}`,
        details: [`adds ${shown(missing)}, for everybody who has the role`],
        widens: true,
        perform: () => api.post(permissionsPath(role.id), { permissions: missing }),
      },
    ],
  }
}

function permissionsPath(id: string): string {
  return `/roles/${encodeURIComponent(id)}/permissions`
}

function key(permission: Permission): string {
  return JSON.stringify([permission.resource_server_identifier, permission.permission_name])
}

function shown(permissions: readonly Permission[]): string {
  return permissions
    .map((entry) => `${entry.permission_name} at ${entry.resource_server_identifier}`)
    .join(', ')
}
