import type { Found, KnownRole } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { findRole, rolePath } from '../objects/role.js'
import { requireUser, rolesOfUser } from '../objects/user.js'
import { SetupError } from '../setup-error.js'
import type { Step } from '../step.js'
import { requireRole } from './require-found.js'

export interface RoleAssignment {
  readonly role: string
  readonly emails: readonly string[]
  /** Whether the plan creates or extends the role. */
  readonly isPlanned: boolean
  /** What a role says about itself that setup has created. */
  readonly description: string
}

/** Gives a role to users, beside the roles that they have. */
export function assignmentStep(
  api: ManagementApi,
  { role, emails, isPlanned, description }: RoleAssignment,
  found: Found,
): Step {
  return {
    name: `who has the role ${role}`,
    async inspect() {
      const known =
        found.roles.get(role) ?? (isPlanned ? undefined : await existing(api, role, description))
      if (known !== undefined) found.roles.set(role, known)
      const users = await lookUp(api, emails, known)
      const missing = users.filter(({ hasIt }) => !hasIt)
      if (missing.length === 0) return { changes: [] }
      const ids = missing.map(({ userId }) => userId)
      return {
        changes: [
          {
            summary: `give the role ${role} to ${missing.map(({ email }) => email).join(', ')}`,
            details: missing.map(({ email, userId }) => `${email} is ${userId}`),
            widens: true,
            journal:
              known === undefined || known.isOurs
                ? []
                : [{ kind: 'added', to: 'members', ids: [known.id], values: ids }],
            perform: () =>
              api.post(`${rolePath(requireRole(found, role).id)}/users`, { users: ids }),
          },
        ],
      }
    },
  }
}

async function lookUp(
  api: ManagementApi,
  emails: readonly string[],
  role: KnownRole | undefined,
): Promise<readonly { email: string; userId: string; hasIt: boolean }[]> {
  const users = []
  for (const email of emails) {
    const userId = await requireUser(api, email)
    const hasIt = role !== undefined && (await rolesOfUser(api, userId)).includes(role.id)
    users.push({ email, userId, hasIt })
  }
  return users
}

async function existing(api: ManagementApi, name: string, description: string): Promise<KnownRole> {
  const role = await findRole(api, name)
  if (role !== undefined) return { id: role.id, isOurs: role.description === description }
  throw new SetupError(
    `The tenant has no role "${name}", and this command creates none of that name.`,
    `Let it create one by --role "${name}", or name another role in --assign.`,
  )
}
