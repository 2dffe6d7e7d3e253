import type { Complete } from '../options/complete.js'
import type { AccessPolicy } from '../tools/access-policy.js'
import { ACCESS_DEFAULTS } from '../tools/access.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** What clients are told that do not act on HTTP errors. */
export interface ClientConfig {
  readonly challengeResultClients: readonly string[]
  readonly structuredDenials: boolean
  readonly toolSecuritySchemes: boolean
}

/** Who may use which tool. */
export function accessConfig(
  found: CompleteSettings,
  hasDocument: boolean,
): Complete<AccessPolicy> {
  return {
    authorizationClaims: found.AUTHORIZATION_CLAIMS,
    permissionClients: found.PERMISSION_CLIENTS,
    publicTools: found.PUBLIC_TOOLS,
    scopeHierarchy: found.SCOPE_HIERARCHY,
    // Hidden, nothing of a document would be listed for a fresh client, and nothing could be stepped up to.
    lockedTools: found.LOCKED_TOOLS ?? (hasDocument ? 'show' : ACCESS_DEFAULTS.lockedTools),
    // Scopes that were assigned to users cannot be asked for.
    stepUpScopes: found.SCOPE_CLAIM === undefined ? found.STEP_UP_SCOPES : 'none',
  }
}

/** What is wrong with the settings about claims taken together. */
export function accessIssues({
  PERMISSION_CLIENTS: clients = [],
  AUTHORIZATION_CLAIMS: claims,
}: SettingValues): readonly ConfigIssue[] {
  if (clients.length === 0 || claims !== 'scope') return []
  const hint =
    'is set together with AUTHORIZATION_CLAIMS=scope, which leaves permissions unread: set AUTHORIZATION_CLAIMS=both, or remove one of them'
  return [{ key: 'PERMISSION_CLIENTS', value: clients.join(' '), hint }]
}

/** The part of the configuration that `CLIENT_SETTINGS` make. */
export function clientConfig(found: CompleteSettings): ClientConfig {
  return {
    challengeResultClients: found.CHALLENGE_RESULT_CLIENTS,
    structuredDenials: found.STRUCTURED_DENIALS === 'on',
    toolSecuritySchemes: found.TOOL_SECURITY_SCHEMES === 'on',
  }
}
