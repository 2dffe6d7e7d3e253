import { ACTIONS } from './actions.js'
import { CLIENT_GRANTS } from './client-grants.js'
import { CLIENTS } from './clients.js'
import { CONNECTIONS } from './connections.js'
import type { Answer, Call, Endpoint } from './endpoint.js'
import { Refusal } from './refusal.js'
import { RESOURCE_SERVERS } from './resource-servers.js'
import { ROLE_MEMBERS } from './role-members.js'
import { ROLES } from './roles.js'
import type { Tenant } from './tenant.js'
import { TENANT_SETTINGS } from './tenant-settings.js'
import { TOKEN_EXCHANGE_PROFILES } from './token-exchange-profiles.js'

const ENDPOINTS: readonly Endpoint[] = [
  ...TENANT_SETTINGS,
  ...CONNECTIONS,
  ...RESOURCE_SERVERS,
  ...CLIENTS,
  ...CLIENT_GRANTS,
  ...ROLES,
  ...ROLE_MEMBERS,
  ...ACTIONS,
  ...TOKEN_EXCHANGE_PROFILES,
]

/** All scopes that any endpoint asks for, and the one that shows the secrets of clients. */
export const ALL_SCOPES = [
  ...new Set(['read:client_keys', ...ENDPOINTS.flatMap(({ scope }) => scope.split(' '))]),
].join(' ')

/** Answers one call, or throws a `Refusal`. */
export function answerCall(tenant: Tenant, call: Call): Answer {
  for (const { method, path, scope, answer } of ENDPOINTS) {
    const id = method === call.method ? matched(path, call.path) : undefined
    if (id === undefined) continue
    if (!scope.split(' ').every((needed) => call.scopes.has(needed))) {
      throw new Refusal(403, 'insufficient_scope')
    }
    return answer(tenant, call, id)
  }
  throw new Refusal(404, 'no_such_endpoint')
}

/** The segment at `:id`, empty for a pattern without one; `undefined` where the path is another. */
function matched(pattern: string, path: string): string | undefined {
  const parts = path.split('/')
  const names = pattern.split('/')
  if (parts.length !== names.length) return undefined
  if (names.some((name, index) => name !== ':id' && name !== parts[index])) return undefined
  return decodeURIComponent(parts[names.indexOf(':id')] ?? '')
}
