import { z } from 'zod'
import type { Permission } from '../blueprint.js'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi } from '../management-api.js'

const ROLE = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
})
const PERMISSION = z.looseObject({
  resource_server_identifier: z.string(),
  permission_name: z.string(),
})

/** A role as Auth0 knows it. */
export type Role = z.infer<typeof ROLE>

/** Finds a role by its name, byte for byte; `undefined` where there is none. */
export async function findRole(api: ManagementApi, name: string): Promise<Role | undefined> {
  // The filter matches any part of a name, in any case.
  const roles = await listRoles(api, { name_filter: name })
  return roles.find((candidate) => candidate.name === name)
}

/** All roles, or those that a query finds. */
export function listRoles(
  api: ManagementApi,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly Role[]> {
  return listAll(api, { path: '/roles', collection: 'roles', entry: ROLE, query, style: 'pages' })
}

/** Reads the answer to the creation of a role. */
export function readRole(answer: unknown): Role {
  return readAnswer(ROLE, answer, '/roles')
}

/** What users with a role may do. */
export async function permissionsOf(
  api: ManagementApi,
  roleId: string,
): Promise<readonly Permission[]> {
  const held = await listAll(api, {
    path: `${rolePath(roleId)}/permissions`,
    collection: 'permissions',
    entry: PERMISSION,
    style: 'pages',
  })
  return held.map(({ resource_server_identifier: identifier, permission_name: scope }) => ({
    identifier,
    scope,
  }))
}

/** Two permissions are the same where their keys are. */
export function permissionKey({ identifier, scope }: Permission): string {
  return JSON.stringify([identifier, scope])
}

/** Permissions as a request has them. */
export function permissionsBody(permissions: readonly Permission[]): object {
  return {
    permissions: permissions.map(({ identifier, scope }) => ({
      resource_server_identifier: identifier,
      permission_name: scope,
    })),
  }
}

export function rolePath(id: string): string {
  return `/roles/${encodeURIComponent(id)}`
}
