import type { ManagementApi } from '../../setup/management-api.js'
import { grantsBetween, THIRD_PARTIES } from '../../setup/objects/client-grant.js'
import { findResourceServer } from '../../setup/objects/resource-server.js'
import { SetupError } from '../../setup/setup-error.js'
import { apisOf } from '../deployment.js'
import type { ScopePlace } from '../scopes/needed-by-tools.js'
import type { ScopeComparison } from '../scopes/scope-comparison.js'
import { scopesOf } from './apis-of-tenant.js'
import type { TenantView } from './tenant-check.js'

interface Side {
  readonly place: ScopePlace
  readonly identifier: string
  /** The client that the grant is of, or all third-party clients. */
  readonly holder: string
}

/**
 * Notes which scopes the tenant defines and grants at each API of the deployment. What the Management API does not show, and an
 * API that is not there, stay unknown: the checks of the tenant tell why.
 */
export async function compareWithTenant(
  { api, config }: TenantView,
  comparison: ScopeComparison,
): Promise<void> {
  const { tokenAudience: identifier } = config.resource
  const sides: readonly Side[] = [
    { place: { at: 'server' }, identifier, holder: THIRD_PARTIES },
    ...apisOf(config).map(({ name, audience }) => ({
      ...{ place: { at: 'api' as const, api: name }, identifier: audience },
      holder: config.exchange.clientId,
    })),
  ]
  for (const side of sides) {
    try {
      comparison.saw(side.place, await scopesOnSide(api, side))
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
    }
  }
}

async function scopesOnSide(api: ManagementApi, { identifier, holder }: Side) {
  const found = await findResourceServer(api, identifier)
  if (found === undefined) return {}
  const defined = scopesOf(found)
  const grants = await grantsBetween(api, { holder, audience: identifier })
  const grant = grants.find(({ subject_type: subject }) => subject === 'user')
  const needsGrant =
    holder === THIRD_PARTIES ||
    found.subject_type_authorization?.user?.policy === 'require_client_grant'
  if (grant === undefined) return { defined, granted: needsGrant ? [] : defined }
  return { defined, granted: grant.allow_all_scopes === true ? defined : (grant.scope ?? []) }
}
