import type { Assignment, Blueprint, Permission } from '../blueprint.js'
import { Expression } from './terraform-text.js'

type Blocks = Readonly<Record<string, unknown>>

/** Roles with their permissions, and who has them. Users and roles that are not planned are read. */
export function terraformRoles(
  { server, roles, assignments }: Blueprint,
  description: string,
): { readonly data: Blocks; readonly resources: Blocks } {
  if (roles.length + assignments.length === 0) return { data: {}, resources: {} }
  const planned = new Set(roles.map(({ name }) => name))
  const foreign = new Set(assignments.map(({ role }) => role).filter((role) => !planned.has(role)))
  const nameOfRole = naming([...planned, ...foreign])
  const nameOfUser = naming(assignments.map(({ email }) => email))
  const nameOfLink = naming(assignments.map(linkOf))
  const roleId = (role: string): Expression =>
    planned.has(role)
      ? new Expression(`auth0_role.${nameOfRole(role)}.id`)
      : new Expression(`data.auth0_role.${nameOfRole(role)}.id`)
  const resources = {
    auth0_role: all(roles, ({ name }) => [nameOfRole(name), { name, description }]),
    auth0_role_permissions: all(roles, ({ name, permissions }) => [
      nameOfRole(name),
      { role_id: roleId(name), ...permissionsBlock(permissions, server.identifier) },
    ]),
    auth0_user_role: all(assignments, (assignment) => [
      nameOfLink(linkOf(assignment)),
      {
        user_id: new Expression(`data.auth0_user.${nameOfUser(assignment.email)}.user_id`),
        role_id: roleId(assignment.role),
      },
    ]),
  }
  const data = {
    auth0_role: all([...foreign], (role) => [nameOfRole(role), { name: role }]),
    auth0_user: all(assignments, ({ email }) => [
      nameOfUser(email),
      // A phrase of Lucene's query syntax.
      { query: `email:"${email.replaceAll(/["\\]/g, '\\$&')}"` },
    ]),
  }
  return { data: withoutEmpty(data), resources: withoutEmpty(resources) }
}

function permissionsBlock(permissions: readonly Permission[], serverIdentifier: string): Blocks {
  const apiOf = ({ identifier }: Permission): string =>
    identifier === serverIdentifier ? 'mcp_server' : 'protected_api'
  return {
    permissions: permissions.map((permission) => ({
      name: permission.scope,
      resource_server_identifier: new Expression(
        `auth0_resource_server.${apiOf(permission)}.identifier`,
      ),
    })),
    depends_on: [
      ...new Set(permissions.map((one) => `auth0_resource_server_scopes.${apiOf(one)}`)),
    ],
  }
}

function all<T>(
  items: readonly T[],
  blockOf: (item: T) => readonly [name: string, block: object],
): Blocks {
  return Object.fromEntries(items.map(blockOf))
}

function linkOf({ email, role }: Assignment): string {
  return `${email} ${role}`
}

/** Gives each text a name that Terraform takes, and no two texts the same. */
function naming(texts: readonly string[]): (text: string) => string {
  const chosen = new Map<string, string>()
  for (const text of new Set(texts)) {
    const taken = new Set(chosen.values())
    const slug = text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
    const name = /^[a-z]/.test(slug) ? slug : `x_${slug}`
    let free = name
    for (let n = 2; taken.has(free); n += 1) free = `${name}_${n}`
    chosen.set(text, free)
  }
  return (text) => {
    const name = chosen.get(text)
    if (name === undefined) throw new TypeError('a text that was not given before')
    return name
  }
}

function withoutEmpty(blocks: Readonly<Record<string, Blocks>>): Blocks {
  return Object.fromEntries(
    Object.entries(blocks).filter(([, block]) => Object.keys(block).length > 0),
  )
}
