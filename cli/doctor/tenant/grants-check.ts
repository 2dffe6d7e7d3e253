import { missingScopes } from '../../../src/scopes.js'
import type { ManagementApi } from '../../setup/management-api.js'
import {
  grantsBetween,
  THIRD_PARTIES,
  type ClientGrant,
  type GrantParties,
} from '../../setup/objects/client-grant.js'
import { findResourceServer } from '../../setup/objects/resource-server.js'
import { readTenantSettings } from '../../setup/objects/tenant-settings.js'
import { apisOf } from '../deployment.js'
import { warning, wrong, type CheckName, type Finding, type Observation } from '../finding.js'
import { neededByTools, toolsNeeding, type ToolScope } from '../scopes/needed-by-tools.js'
import { setupCommand } from '../scopes/setup-command.js'
import { letsClientsIn } from './settings-check.js'
import type { TenantCheck } from './tenant-check.js'

interface SoughtGrant extends GrantParties {
  readonly check: CheckName
  readonly holderName: string
  readonly scopes: readonly string[]
  /** Why those are needed, and the command that grants them. */
  readonly needed: readonly ToolScope[]
  readonly command: string
  /** What cannot be done without it. */
  readonly so: string
  readonly place: string
}

/** Whether the exchanging client may ask for the API's scopes for its users. */
export const clientGrantCheck: TenantCheck = {
  check: 'tenant.client_grant',
  fine: 'The exchanging client may have every scope that the tools need at the API.',
  async look({ api, config, needed, tools }) {
    const { clientId } = config.exchange
    const found: Observation[] = []
    for (const { audience, name, told } of apisOf(config)) {
      const target = await findResourceServer(api, audience)
      // Without such a policy, a first-party client needs no grant; an unknown API is told by its own check.
      const policy = target?.subject_type_authorization?.user?.policy ?? 'allow_all'
      if (policy !== 'require_client_grant') continue
      const faults = await grantFaults(api, {
        check: 'tenant.client_grant',
        holder: clientId,
        holderName: `the client ${clientId}`,
        audience,
        scopes: needed.apis.get(name) ?? [],
        needed: neededByTools(tools, { at: 'api', api: name }),
        command: setupCommand(config, '--api-scopes', name),
        so: 'no exchange gets a token for it',
        place:
          'Dashboard, Applications, APIs, that API, Application Access, that client, User Access',
      })
      // A client that does not exist has no grant.
      found.push(
        ...faults.map((fault) => ({
          ...fault,
          api: told,
          explainedBy: ['tenant.client'] as const,
        })),
      )
    }
    return found
  },
}

/** Whether MCP clients that nobody has registered by hand may ask for the scopes of the tools. */
export const thirdPartyGrantCheck: TenantCheck = {
  check: 'tenant.third_party_grant',
  fine: 'Third-party clients may have every scope of the tools.',
  async look({ api, config, needed, tools }) {
    if (!letsClientsIn(await readTenantSettings(api))) return []
    const audience = config.resource.tokenAudience
    // An unknown API is told by its own check.
    if ((await findResourceServer(api, audience)) === undefined) return []
    return grantFaults(api, {
      check: 'tenant.third_party_grant',
      holder: THIRD_PARTIES,
      holderName: 'third-party clients',
      audience,
      scopes: needed.server,
      needed: neededByTools(tools, { at: 'server' }),
      command: setupCommand(config, '--server-scopes'),
      so: 'MCP clients that register themselves are refused with unauthorized_client',
      place:
        'Dashboard, Applications, APIs, that API, Default Permissions for Third-Party Applications',
    })
  },
}

async function grantFaults(api: ManagementApi, sought: SoughtGrant): Promise<readonly Finding[]> {
  const { check, holderName, audience, so, place, command } = sought
  const grants = await grantsBetween(api, sought)
  const grant = grants.find(({ subject_type: subject }) => subject === 'user')
  const hint = `Grant it for users: ${command} does, or ${place}.`
  if (grant === undefined) {
    const message =
      grants.length === 0
        ? `There is no grant of ${holderName} to ${audience}: ${so}.`
        : `The grant of ${holderName} to ${audience} is for ${subjectsOf(grants)}, not for users (subject_type "user"): ${so}.`
    return [wrong(check, message, hint)]
  }
  return grant.allow_all_scopes === true ? [] : narrowGrant(grant.scope ?? [], sought)
}

function narrowGrant(granted: readonly string[], sought: SoughtGrant): readonly Finding[] {
  const { check, holder, holderName, audience, scopes, needed, place, command } = sought
  const faults = (lacking: readonly string[], make: typeof wrong, so: string): Finding[] => {
    if (lacking.length === 0) return []
    const needing = toolsNeeding(needed, lacking)
    const of = needing === '' ? '' : ` (${needing})`
    const message = `The grant of ${holderName} to ${audience} lacks ${lacking.join(' ')}${so}${of} (client_id or default_for: ${holder}).`
    return [make(check, message, `Add ${lacking.join(' ')}: ${command} does, or ${place}.`)]
  }
  const others = needed.map(({ scope }) => scope).filter((scope) => !scopes.includes(scope))
  return [
    ...faults(missingScopes(scopes, granted), wrong, ''),
    ...faults(missingScopes(others, granted), warning, ', by which tools can be called too'),
  ]
}

function subjectsOf(grants: readonly ClientGrant[]): string {
  const subjects = grants.map(({ subject_type: subject }) => subject ?? 'client')
  return subjects
    .map((subject) => (subject === 'client' ? 'the client itself' : subject))
    .join(', ')
}
