import { missingScopes } from '../../../src/scopes.js'
import type { ResourceServer } from '../../setup/objects/resource-server.js'
import { warning, wrong, type Finding } from '../finding.js'
import { neededByTools, toolsNeeding } from '../scopes/needed-by-tools.js'
import { setupCommand } from '../scopes/setup-command.js'
import { scopesOf, seekApi } from './apis-of-tenant.js'
import { signatureFaults } from './signature-faults.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.server_api'

/** The MCP server as an API of the tenant: whether clients get tokens for it that the server can check. */
export const serverApiCheck: TenantCheck = {
  check: CHECK,
  fine: "The MCP server's API issues tokens that the server can check, with every scope of the tools.",
  async look(view) {
    const identifier = view.config.resource.tokenAudience
    const setting = 'AUTH0_AUDIENCE'
    const { found, missing } = await seekApi(view, { check: CHECK, identifier, setting })
    return found === undefined ? [missing] : faultsOf(found, view)
  },
}

function faultsOf(found: ResourceServer, view: TenantView): readonly Finding[] {
  const denied = found.subject_type_authorization?.user?.policy === 'deny_all'
  const lacking = missingScopes(view.needed.server, scopesOf(found))
  return [
    ...signatureFaults(CHECK, found, 'the server cannot check its tokens, and refuses them all'),
    ...(denied ? [nobody()] : []),
    ...(lacking.length === 0 ? [] : [withoutScopes(lacking, view)]),
    ...permissionFaults(found, view),
    ...(found.allow_offline_access === false ? [withoutRefresh()] : []),
  ]
}

function nobody(): Finding {
  return wrong(
    CHECK,
    'subject_type_authorization.user.policy of the MCP server\'s API is "deny_all": no user gets a token for this server.',
    'Set it to "allow_all" or "require_client_grant": Dashboard, Applications, APIs, that API, Application Access.',
  )
}

function withoutScopes(lacking: readonly string[], { config, tools }: TenantView): Finding {
  const needing = toolsNeeding(neededByTools(tools, { at: 'server' }), lacking)
  const of = needing === '' ? '' : ` (${needing})`
  return wrong(
    CHECK,
    `The MCP server's API does not define ${lacking.join(' ')}: no token can have what the tools ask for${of}.`,
    `Add ${lacking.join(' ')}: ${setupCommand(config, '--server-scopes')} does, or Dashboard, Applications, APIs, that API, Permissions.`,
  )
}

/** With RBAC, only the `_authz` dialects say what a user may have, whatever the client asked for. */
function permissionFaults(
  { enforce_policies: rbac, token_dialect: dialect = 'access_token' }: ResourceServer,
  { config }: TenantView,
): readonly Finding[] {
  if (rbac !== true) {
    return [
      warning(
        CHECK,
        "enforce_policies (RBAC) of the MCP server's API is off: every user gets every scope that a client asks for.",
        'If roles should decide, turn it on: mcp-on-behalf-of setup does, or Dashboard, Applications, APIs, that API, Enable RBAC.',
      ),
    ]
  }
  if (dialect.endsWith('_authz')) return []
  const message = `token_dialect of the MCP server's API is "${dialect}": its tokens have no permissions`
  const hint =
    'Set token_dialect to "rfc9068_profile_authz": mcp-on-behalf-of setup does, or Dashboard, Applications, APIs, that API, Add Permissions in the Access Token.'
  return config.access.authorizationClaims === 'permissions'
    ? [wrong(CHECK, `${message}, and AUTHORIZATION_CLAIMS lets these alone decide.`, hint)]
    : [
        warning(
          CHECK,
          `${message}. A user who lacks a permission is sent to step up, which cannot help.`,
          hint,
        ),
      ]
}

function withoutRefresh(): Finding {
  return warning(
    CHECK,
    "allow_offline_access of the MCP server's API is off: clients get no refresh token, and send their users to sign in again whenever a token expires.",
    'Turn it on: mcp-on-behalf-of setup does, or Dashboard, Applications, APIs, that API, Allow Offline Access.',
  )
}
