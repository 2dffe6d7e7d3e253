import { missingScopes } from '../../../src/scopes.js'
import type { ResourceServer } from '../../setup/objects/resource-server.js'
import { apisOf } from '../deployment.js'
import { warning, wrong, type Finding, type Observation } from '../finding.js'
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
  { needed, config }: TenantView,
  name: string,
): readonly Finding[] {
  const opaque = config.exchange.checks.dangerouslyAllowOpaqueTokens
  const lacking = missingScopes(needed.apis.get(name) ?? [], scopesOf(found))
  return [
    ...(opaque ? [] : signatureFaults(CHECK, found, 'the server cannot check an exchanged token')),
    ...(found.subject_type_authorization?.user?.policy === 'deny_all' ? [nobody()] : []),
    ...(lacking.length === 0 ? [] : [withoutScopes(lacking)]),
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

function withoutScopes(lacking: readonly string[]): Finding {
  return wrong(
    CHECK,
    `The API does not define ${lacking.join(' ')}, which the tools need.`,
    `Add ${lacking.join(' ')}: mcp-on-behalf-of setup --api-scopes does, or Dashboard, Applications, APIs, that API, Permissions.`,
  )
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
