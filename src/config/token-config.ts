import { STANDARD_CLAIMS } from '../identity/claim-profile.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { MetadataLocation } from '../http/protected-resource-metadata.js'
import type { OwnServer } from '../identity-providers/identity-provider.js'
import { providerOf, tenantsOf } from './identity-provider-config.js'
import type { CompleteSettings } from './settings.js'

/** Who this server is to clients, and for whom their tokens have to be. */
export interface ResourceConfig {
  /** What clients ask for, by `resource`. */
  readonly resource: string
  /** The `aud` of the tokens for this server. */
  readonly tokenAudience: string
  /** What may stand beside it: ourselves by another name, and what a setting names. */
  readonly toleratedAudiences: readonly string[]
  /** `undefined`: the scopes of all tools. */
  readonly baselineScopes: readonly string[] | undefined
  readonly metadataLocation: MetadataLocation
}

export function resourceOf(found: CompleteSettings): ResourceConfig {
  const { provider } = providerOf(found)
  return {
    resource: found.AUTH0_AUDIENCE,
    tokenAudience:
      found.TOKEN_AUDIENCE ?? provider.ownAudience?.(ownServer(found)) ?? found.AUTH0_AUDIENCE,
    toleratedAudiences: [found.MCP_AUTH0_CLIENT_ID, ...found.TOLERATED_AUDIENCES],
    baselineScopes: found.MCP_BASELINE_SCOPES,
    metadataLocation: found.METADATA_LOCATION,
  }
}

/** Whose tokens count, and how they are read. */
export function callerPolicyOf(found: CompleteSettings): CallerPolicy {
  const { provider } = providerOf(found)
  const { tenants } = tenantsOf(found)
  const { SCOPE_CLAIM: scopeClaim, CLIENT_CLAIM: clientClaim } = found
  return {
    userClaim: found.USER_CLAIM,
    scopeClaim,
    clientClaim,
    subjectClaims: found.SUBJECT_CLAIMS,
    claimProfile: provider.claims === STANDARD_CLAIMS ? undefined : provider.claims,
    tenants: Object.keys(tenants).length === 0 ? undefined : tenants,
    scopePrefix: found.SCOPE_PREFIX ?? provider.ownScopePrefix?.(ownServer(found)),
    ignorePermissions: found.AUTHORIZATION_CLAIMS === 'scope',
  }
}

function ownServer(found: CompleteSettings): OwnServer {
  return { clientId: found.MCP_AUTH0_CLIENT_ID, resource: found.AUTH0_AUDIENCE }
}
