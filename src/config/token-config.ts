import type { CallerPolicy } from '../identity/caller.js'
import type { MetadataLocation } from '../http/protected-resource-metadata.js'
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
  return {
    resource: found.AUTH0_AUDIENCE,
    tokenAudience: found.TOKEN_AUDIENCE ?? found.AUTH0_AUDIENCE,
    toleratedAudiences: [found.MCP_AUTH0_CLIENT_ID, ...found.TOLERATED_AUDIENCES],
    baselineScopes: found.MCP_BASELINE_SCOPES,
    metadataLocation: found.METADATA_LOCATION,
  }
}

/** Whose tokens count, and how their scopes are read. */
export function callerPolicyOf(found: CompleteSettings): CallerPolicy {
  return {
    userClaim: found.USER_CLAIM,
    scopeClaim: found.SCOPE_CLAIM,
    scopePrefix: found.SCOPE_PREFIX,
    ignorePermissions: found.AUTHORIZATION_CLAIMS === 'scope',
  }
}
