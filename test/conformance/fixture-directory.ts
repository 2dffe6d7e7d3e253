import {
  DEFAULT_IDENTIFIERS,
  loadDirectory,
  withIdentifiers,
  type Directory,
} from '../../apps/authorization-server/directory.js'
import { FIXTURE_SCOPES } from './fixture/scopes.js'

/** The role that alice has. */
const ROLE = 'Tool Administrator'

export interface FixtureIdentifiers {
  readonly mcp: string
  readonly api: string
  readonly tokenLifetimeSeconds: number
}

/** The development directory, in which the MCP server has the fixture's scopes, and alice all of them. */
export function fixtureDirectory(identifiers: FixtureIdentifiers): Directory {
  const directory = loadDirectory()
  const { mcp } = DEFAULT_IDENTIFIERS
  const scopes = FIXTURE_SCOPES.map((value) => ({ value }))
  const permissions = FIXTURE_SCOPES.map((scope) => ({
    resource_server_identifier: mcp,
    permission_name: scope,
  }))
  const adapted: Directory = {
    ...directory,
    resource_servers: directory.resource_servers.map((api) =>
      api.identifier === mcp
        ? { ...api, scopes, token_lifetime: identifiers.tokenLifetimeSeconds }
        : api,
    ),
    client_grants: directory.client_grants.map((grant) =>
      grant.audience === mcp ? { ...grant, scope: [...FIXTURE_SCOPES] } : grant,
    ),
    roles: directory.roles.map((role) => ({
      ...role,
      permissions: [
        ...role.permissions.filter(({ resource_server_identifier: id }) => id !== mcp),
        ...(role.name === ROLE ? permissions : []),
      ],
    })),
  }
  return withIdentifiers(adapted, identifiers)
}
