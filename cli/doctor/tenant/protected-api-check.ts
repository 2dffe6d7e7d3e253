import { missingScopes } from '../../../src/scopes.js'
import type { ResourceServer } from '../../setup/objects/resource-server.js'
import { apisOf } from '../deployment.js'
import { warning, wrong, type Finding, type Observation } from '../finding.js'
import { neededByTools, toolsNeeding, type ToolScope } from '../scopes/needed-by-tools.js'
import { setupCommand } from '../scopes/setup-command.js'
import { scopesOf, seekApi } from './apis-of-tenant.js'
import { signatureFaults } from './signature-faults.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.api'

/** The API that the tools call, as the tenant knows it: whether an exchange can get a token for it. */
export const protectedApiCheck: TenantCheck = {
  check: CHECK,
  fine: 'The API that the tools call can be asked for in an exchange, with every scope that they need.',
  async look(view) {
    const findings: Observation[] = []
    for (const api of apisOf(view.config)) {
      const { audience: identifier, names } = api
      const { found, missing } = await seekApi(view, {
        check: CHECK,
        identifier,
        setting: names.audience,
      })
      const faults = found === undefined ? [missing] : faultsOf(found, view, api.name)
      findings.push(...faults.map((fault) => ({ ...fault, api: api.told })))
    }
    return findings
  },
}

function faultsOf(
  found: ResourceServer,
  { needed, config, tools }: TenantView,
  name: string,
): readonly Finding[] {
  const opaque = config.exchange.checks.dangerouslyAllowOpaqueTokens
  const lacking = missingScopes(needed.apis.get(name) ?? [], scopesOf(found))
  const ofTools = neededByTools(tools, { at: 'api', api: name })
  const shown = {
    of: (scopes: readonly string[]) => toolsNeeding(ofTools, scopes),
    command: setupCommand(config, '--api-scopes', name),
  }
  return [
    ...(opaque ? [] : signatureFaults(CHECK, found, 'the server cannot check an exchanged token')),
    ...(found.subject_type_authorization?.user?.policy === 'deny_all' ? [nobody()] : []),
    ...(lacking.length === 0 ? [] : [withoutScopes(lacking, shown)]),
    ...withoutAlternatives(found, ofTools, shown),
    ...(found.skip_consent_for_verifiable_first_party_clients === true ? [] : [consent()]),
    ...(found.enforce_policies === true ? [] : [withoutRoles()]),
  ]
}

function nobody(): Finding {
  return wrong(
    CHECK,
    'subject_type_authorization.user.policy of the API is "deny_all": no exchange gets a token for it.',
    'Set it to "require_client_grant": Dashboard, Applications, APIs, that API, Application Access.',
  )
}

/** How findings name the tools that need scopes, and the command that makes these. */
interface Shown {
  readonly of: (scopes: readonly string[]) => string
  readonly command: string
}

function withoutScopes(lacking: readonly string[], { of, command }: Shown): Finding {
  return wrong(
    CHECK,
    `The API does not define ${lacking.join(' ')}, which the tools need (${of(lacking)}).`,
    `Add ${lacking.join(' ')}: ${command} does, or Dashboard, Applications, APIs, that API, Permissions.`,
  )
}

/** Scopes that a tool needs for those callers alone who do not have its first choice. */
function withoutAlternatives(
  found: ResourceServer,
  ofTools: readonly ToolScope[],
  { of, command }: Shown,
): readonly Finding[] {
  const others = ofTools.filter(({ isFirstChoice }) => !isFirstChoice).map(({ scope }) => scope)
  const lacking = missingScopes(others, scopesOf(found))
  if (lacking.length === 0) return []
  return [
    warning(
      CHECK,
      `The API does not define ${lacking.join(' ')}, by which tools can be called too (${of(lacking)}): users who have no other scope for them are refused.`,
      `Add ${lacking.join(' ')}: ${command} does, or Dashboard, Applications, APIs, that API, Permissions.`,
    ),
  ]
}

/** An exchange has no page on which anybody could consent. */
function consent(): Finding {
  return wrong(
    CHECK,
    'skip_consent_for_verifiable_first_party_clients of the API is off: an exchange would need the consent of the user, and nobody can be asked.',
    'Turn it on: mcp-on-behalf-of setup does, or Dashboard, Applications, APIs, that API, Allow Skipping User Consent.',
  )
}

function withoutRoles(): Finding {
  return warning(
    CHECK,
    'enforce_policies (RBAC) of the API is off: every user gets every scope that a tool asks for.',
    'If roles should decide, turn it on: Dashboard, Applications, APIs, that API, Enable RBAC. Other clients of the API are held to it as well.',
  )
}
