import type { Permission, PlannedRole } from '../blueprint.js'
import type { Found } from '../found.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import {
  findRole,
  permissionKey,
  permissionsBody,
  permissionsOf,
  readRole,
  rolePath,
  type Role,
} from '../objects/role.js'
import type { Inspection, Step } from '../step.js'

export interface RoleStepOptions {
  readonly found: Found
  /** What a new role says about itself: its mark. */
  readonly description: string
  /** Whether the plan gives the role to somebody. */
  readonly isAssigned: boolean
}

/** A role with the permissions of the plan: with RBAC on, a user without the API's permission gets nothing. */
export function roleStep(api: ManagementApi, planned: PlannedRole, options: RoleStepOptions): Step {
  return {
    name: `the role ${planned.name}`,
    async inspect() {
      const role = await findRole(api, planned.name)
      return role === undefined
        ? creation(api, planned, options)
        : extension(api, { role, planned }, options)
    },
  }
}

function creation(
  api: ManagementApi,
  { name, permissions }: PlannedRole,
  { found, description, isAssigned }: RoleStepOptions,
): Inspection {
  const nobody = 'nobody has it yet: assign it by --assign, or in the Dashboard'
  return {
    changes: [
      {
        summary: `create the role ${name}`,
        details: isAssigned ? [] : [nobody],
        perform: async () => {
          const role = readRole(await api.post('/roles', { name, description }))
          found.roles.set(name, { id: role.id, isOurs: true })
          await api.post(`${rolePath(role.id)}/permissions`, permissionsBody(permissions))
        },
      },
    ],
    notes: [`permissions of the new role: ${shown(permissions)}`],
  }
}

async function extension(
  api: ManagementApi,
  { role, planned }: { readonly role: Role; readonly planned: PlannedRole },
  { found, description }: RoleStepOptions,
): Promise<Inspection> {
  const isOurs = role.description === description
  found.roles.set(role.name, { id: role.id, isOurs })
  const held = await permissionsOf(api, role.id)
  const missing = planned.permissions.filter(
    (permission) => !held.some((other) => permissionKey(other) === permissionKey(permission)),
  )
  if (missing.length === 0) return { changes: [] }
  return {
    changes: [
      {
        summary: `extend the role ${role.name}`,
        details: [`adds ${shown(missing)}, for everybody who has the role`],
        widens: true,
        journal: isOurs ? [] : journalOf(role.id, missing, held),
        perform: () => api.post(`${rolePath(role.id)}/permissions`, permissionsBody(missing)),
      },
    ],
  }
}

function journalOf(
  roleId: string,
  missing: readonly Permission[],
  held: readonly Permission[],
): readonly PlannedEntry[] {
  const identifiers = [...new Set(missing.map(({ identifier }) => identifier))]
  return identifiers.map((identifier) => {
    const scopesIn = (permissions: readonly Permission[]): readonly string[] =>
      permissions.filter((other) => other.identifier === identifier).map(({ scope }) => scope)
    return {
      ...{ kind: 'added', to: 'permissions', ids: [roleId, identifier] },
      ...{ values: scopesIn(missing), held: scopesIn(held) },
    }
  })
}

function shown(permissions: readonly Permission[]): string {
  return permissions.map(({ identifier, scope }) => `${scope} at ${identifier}`).join(', ')
}
