import type { ManagementApi } from '../management-api.js'
import { listRoles, permissionsOf, rolePath } from '../objects/role.js'
import type { Change, Step } from '../step.js'

export interface RoleRemoval {
  /** What a role says about itself that setup has created for this server. */
  readonly description: string
  /** The APIs of the set-up. */
  readonly identifiers: readonly string[]
}

/** Deletes the roles that setup has created for a server, unless somebody has given them more than that. */
export function roleRemoval(api: ManagementApi, { description, identifiers }: RoleRemoval): Step {
  return {
    name: 'roles',
    async inspect() {
      const roles = await listRoles(api)
      const changes: Change[] = []
      const left: string[] = []
      for (const { id, name } of roles.filter((role) => role.description === description)) {
        const others = (await permissionsOf(api, id)).filter(
          ({ identifier }) => !identifiers.includes(identifier),
        )
        if (others.length > 0) {
          const [{ identifier } = { identifier: '' }] = others
          left.push(
            `the role ${name} stays: somebody has added permissions at another API (${identifier}).`,
          )
          continue
        }
        changes.push({
          kind: 'delete',
          summary: `delete the role ${name}`,
          details: ['it is taken from everybody who has it'],
          perform: () => api.delete(rolePath(id)),
        })
      }
      return { changes, left }
    },
  }
}
