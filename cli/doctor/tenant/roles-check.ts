import { z } from 'zod'
import { printable } from '../../printable.js'
import { listAll } from '../../setup/listing.js'
import type { ManagementApi } from '../../setup/management-api.js'
import { findResourceServer } from '../../setup/objects/resource-server.js'
import { wrong, type Finding } from '../finding.js'
import { scopesOf } from './apis-of-tenant.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.roles'

const PERMISSION = z.looseObject({
  resource_server_identifier: z.string(),
  permission_name: z.string(),
})
type Permission = z.infer<typeof PERMISSION>

/**
 * Whether some role has each permission that the tools need, at every API where roles decide (RBAC).
 *
 * Permissions that users have without a role are not looked at, nor who has which role.
 */
export const rolesCheck: TenantCheck = {
  check: CHECK,
  fine: 'Roles have every permission that the tools need.',
  async look(view) {
    const needed = await neededPermissions(view)
    if (needed.length === 0) return []
    const held = new Set((await heldPermissions(view.api)).map(keyOf))
    const lacking = needed.filter((permission) => !held.has(keyOf(permission)))
    return lacking.length === 0 ? [] : [withoutPermission(lacking)]
  },
}

async function neededPermissions({
  api,
  config,
  needed,
}: TenantView): Promise<readonly Permission[]> {
  const pairs = [
    [config.resource.tokenAudience, needed.server],
    [config.api.audience, needed.api],
  ] as const
  const permissions: Permission[] = []
  for (const [identifier, scopes] of pairs) {
    const found = await findResourceServer(api, identifier)
    if (found?.enforce_policies !== true) continue
    // A scope that the API does not define is told by the check of the API.
    const defined = scopes.filter((scope) => scopesOf(found).includes(scope))
    permissions.push(
      ...defined.map((scope) => ({
        resource_server_identifier: identifier,
        permission_name: scope,
      })),
    )
  }
  return permissions
}

async function heldPermissions(api: ManagementApi): Promise<readonly Permission[]> {
  const roles = await listAll(api, {
    path: '/roles',
    collection: 'roles',
    entry: z.looseObject({ id: z.string() }),
    style: 'pages',
  })
  const held: Permission[] = []
  for (const { id } of roles) {
    held.push(
      ...(await listAll(api, {
        path: `/roles/${encodeURIComponent(id)}/permissions`,
        collection: 'permissions',
        entry: PERMISSION,
        style: 'pages',
      })),
    )
  }
  return held
}

function withoutPermission(lacking: readonly Permission[]): Finding {
  const shown = lacking.map(
    (permission) =>
      `${permission.permission_name} at ${printable(permission.resource_server_identifier)}`,
  )
  return wrong(
    CHECK,
    `No role has the permission ${shown.join(', ')}: users whom nobody has given it directly do not get that scope.`,
    'Add it to a role of your users: mcp-on-behalf-of setup --role NAME does, or Dashboard, User Management, Roles, that role, Permissions.',
  )
}

function keyOf(permission: Permission): string {
  return JSON.stringify([permission.resource_server_identifier, permission.permission_name])
}
