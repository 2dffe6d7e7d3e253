import { printable } from '../../printable.js'
import type { Permission } from '../../setup/blueprint.js'
import type { ManagementApi } from '../../setup/management-api.js'
import { findResourceServer } from '../../setup/objects/resource-server.js'
import { listRoles, permissionKey, permissionsOf } from '../../setup/objects/role.js'
import { apisOf } from '../deployment.js'
import { wrong, type Finding } from '../finding.js'
import { setupCommand } from '../scopes/setup-command.js'
import { scopesOf } from './apis-of-tenant.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.roles'

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
    const held = new Set((await heldPermissions(view.api)).map(permissionKey))
    const lacking = needed.filter((permission) => !held.has(permissionKey(permission)))
    return lacking.length === 0 ? [] : [withoutPermission(lacking, view)]
  },
}

async function neededPermissions({
  api,
  config,
  needed,
}: TenantView): Promise<readonly Permission[]> {
  const pairs = [
    [config.resource.tokenAudience, needed.server],
    ...apisOf(config).map(({ name, audience }) => [audience, needed.apis.get(name) ?? []] as const),
  ] as const
  const permissions: Permission[] = []
  for (const [identifier, scopes] of pairs) {
    const found = await findResourceServer(api, identifier)
    if (found?.enforce_policies !== true) continue
    // A scope that the API does not define is told by the check of the API.
    const defined = scopes.filter((scope) => scopesOf(found).includes(scope))
    permissions.push(...defined.map((scope) => ({ identifier, scope })))
  }
  return permissions
}

async function heldPermissions(api: ManagementApi): Promise<readonly Permission[]> {
  const held: Permission[] = []
  for (const { id } of await listRoles(api)) held.push(...(await permissionsOf(api, id)))
  return held
}

function withoutPermission(lacking: readonly Permission[], { config }: TenantView): Finding {
  const shown = lacking.map(({ identifier, scope }) => `${scope} at ${printable(identifier)}`)
  return wrong(
    CHECK,
    `No role has the permission ${shown.join(', ')}: users whom nobody has given it directly do not get that scope.`,
    `Add it to a role of your users: ${setupCommand(config, '')} --role NAME does, or Dashboard, User Management, Roles, that role, Permissions.`,
  )
}
