import { z } from 'zod'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi } from '../management-api.js'
import { SetupError } from '../setup-error.js'

const USER = z.looseObject({ user_id: z.string() })
const ROLE = z.looseObject({ id: z.string() })

/** Finds the id of the one user with an address; throws a `SetupError` for none and for several. */
export async function requireUser(api: ManagementApi, email: string): Promise<string> {
  const path = '/users-by-email'
  // Auth0 keeps addresses in lower case, and compares byte for byte.
  const answer = await api.get(path, { email: email.toLowerCase() })
  const found = readAnswer(z.array(USER), answer, path).map(({ user_id }) => user_id)
  if (found.length > 1) {
    throw new SetupError(
      `Several users have the address ${email}: ${found.join(', ')}.`,
      'This command does not guess between them. Leave that --assign out, and assign the role to the right one by hand (Dashboard, User Management, Users, that user, Roles).',
    )
  }
  if (found[0] !== undefined) return found[0]
  throw new SetupError(
    `No user of the tenant has the address ${email}.`,
    'Check it; or create the user first (Dashboard, User Management, Users), or let the user sign in once.',
  )
}

/** The ids of the roles that a user has. */
export async function rolesOfUser(api: ManagementApi, userId: string): Promise<readonly string[]> {
  const held = await listAll(api, {
    path: userRolesPath(userId),
    collection: 'roles',
    entry: ROLE,
    style: 'pages',
  })
  return held.map(({ id }) => id)
}

export function userRolesPath(userId: string): string {
  return `/users/${encodeURIComponent(userId)}/roles`
}
