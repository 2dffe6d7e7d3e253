import { printable } from '../printable.js'
import { UsageError } from '../usage-error.js'
import type { Assignment, Blueprint, Permission, PlannedRole } from './blueprint.js'

type Apis = Pick<Blueprint, 'server' | 'api'>

export interface RoleValues {
  /** `NAME` or `NAME=scope scope`. */
  readonly role?: readonly string[] | undefined
  readonly roles?: string | undefined
}

const QUICKSTART_USER_SCOPE = 'tool:whoami'

/** Reads `--role` and `--roles`; throws a `UsageError` for unknown scopes and for a role that is named twice. */
export function readRoles({ role = [], roles }: RoleValues, apis: Apis): readonly PlannedRole[] {
  const planned = [...quickstartRoles(roles, apis), ...role.map((value) => readRole(value, apis))]
  const names = planned.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return planned
  throw new UsageError(
    `The role ${printable(twice)} is given twice. Give it once, with all scopes.`,
  )
}

/** Reads `--assign EMAIL=ROLE`. */
export function readAssignments(values: readonly string[] = []): readonly Assignment[] {
  return values.map((value) => {
    const [, email, role] = /^([^\s@=][^\s@]*@[^\s@=]+)=(.*\S.*)$/.exec(value.trim()) ?? []
    if (email !== undefined && role !== undefined) return { email, role: role.trim() }
    throw new UsageError(
      '--assign must be EMAIL=ROLE, for example --assign "ann@example.com=Tool User".',
    )
  })
}

/**
 * The two roles of Auth0's quickstarts, each with the API's permissions that its tools need. The quickstarts forget
 * those: with RBAC on, nobody would get a token for the API.
 */
function quickstartRoles(value: string | undefined, apis: Apis): readonly PlannedRole[] {
  if (value === undefined) return []
  if (value !== 'quickstart') throw new UsageError('--roles must be quickstart.')
  const { identifier, scopes } = apis.server
  if (!scopes.includes(QUICKSTART_USER_SCOPE)) {
    throw new UsageError(
      `--roles quickstart needs ${QUICKSTART_USER_SCOPE} in --server-scopes: it is what the role Tool User allows.`,
    )
  }
  return [
    { name: 'Tool Administrator', permissions: everything(apis) },
    // The tool whoami does not call the API.
    { name: 'Tool User', permissions: [{ identifier, scope: QUICKSTART_USER_SCOPE }] },
  ]
}

function readRole(value: string, apis: Apis): PlannedRole {
  const at = value.indexOf('=')
  const name = (at === -1 ? value : value.slice(0, at)).trim()
  if (name === '') throw new UsageError('--role must be NAME, or NAME=scope scope.')
  if (at === -1) return { name, permissions: everything(apis) }
  const scopes = value
    .slice(at + 1)
    .split(/\s+/)
    .filter((scope) => scope !== '')
  if (scopes.length === 0) throw new UsageError(`--role ${printable(name)}= names no scope.`)
  return { name, permissions: [...new Set(scopes)].flatMap((scope) => named(scope, apis)) }
}

/** A scope of both APIs is a permission at both. */
function named(scope: string, apis: Apis): readonly Permission[] {
  const found = everything(apis).filter((permission) => permission.scope === scope)
  if (found.length > 0) return found
  throw new UsageError(
    `--role names ${printable(scope)}, which is neither in --server-scopes nor in --api-scopes.`,
  )
}

function everything({ server, api }: Apis): readonly Permission[] {
  return [server, api].flatMap(({ identifier, scopes }) =>
    scopes.map((scope) => ({ identifier, scope })),
  )
}
