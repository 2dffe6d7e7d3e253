import type { ConfigIssue } from './config-error.js'
import type { SettingValues } from './settings.js'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import type { Secret } from '../secret.js'

export interface ClientCredentials {
  readonly clientAuthentication: ClientAuthentication
  readonly clientCertificate: { readonly certificate: string; readonly key: Secret } | undefined
}

type Method =
  Exclude<SettingValues['MCP_AUTH0_CLIENT_AUTHENTICATION'], 'auto' | undefined> | 'secret'

/** How the client authenticates, once `credentialIssues` has found nothing wrong. */
export function clientCredentials(found: SettingValues): ClientCredentials {
  const key = found.MCP_AUTH0_CLIENT_PRIVATE_KEY
  const certificate = found.MCP_AUTH0_CLIENT_CERTIFICATE
  const keyId = found.MCP_AUTH0_CLIENT_KEY_ID
  const method = methodOf(found)
  if (method === 'tls_client_auth' && key !== undefined && certificate !== undefined) {
    return { clientAuthentication: { method }, clientCertificate: { certificate, key } }
  }
  if (method === 'private_key_jwt' && key !== undefined) {
    const named = keyId === undefined ? {} : { keyId }
    return {
      clientAuthentication: { method, privateKey: key, ...named },
      clientCertificate: undefined,
    }
  }
  const secret = found.MCP_AUTH0_CLIENT_SECRET
  if (secret === undefined) throw new TypeError('no client credentials')
  const chosen =
    method === 'client_secret_basic' || method === 'client_secret_post' ? { method } : {}
  return { clientAuthentication: { secret, ...chosen }, clientCertificate: undefined }
}

/** What is missing of the client's credentials. */
export function credentialIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const needed = {
    secret: ['MCP_AUTH0_CLIENT_SECRET'],
    client_secret_basic: ['MCP_AUTH0_CLIENT_SECRET'],
    client_secret_post: ['MCP_AUTH0_CLIENT_SECRET'],
    private_key_jwt: ['MCP_AUTH0_CLIENT_PRIVATE_KEY'],
    tls_client_auth: ['MCP_AUTH0_CLIENT_PRIVATE_KEY', 'MCP_AUTH0_CLIENT_CERTIFICATE'],
  } as const satisfies Record<Method, readonly (keyof typeof HINTS)[]>
  const given = ['MCP_AUTH0_CLIENT_PRIVATE_KEY', 'MCP_AUTH0_CLIENT_CERTIFICATE']
  if (given.some((key) => unreadable.has(key))) return []
  return needed[methodOf(found)]
    .filter((key) => found[key] === undefined && !unreadable.has(key))
    .map((key) => ({ key, hint: HINTS[key] }))
}

const HINTS = {
  MCP_AUTH0_CLIENT_SECRET:
    "is missing. Set it to that client's secret, or MCP_AUTH0_CLIENT_PRIVATE_KEY to its key",
  MCP_AUTH0_CLIENT_PRIVATE_KEY: "is missing. Set it to the client's private key, PEM or JWK",
  MCP_AUTH0_CLIENT_CERTIFICATE: "is missing. Set it to the client's certificate, PEM",
}

/** Whether the client proves itself with a secret, which every token endpoint then gets to see. */
export function usesSecret(found: SettingValues): boolean {
  const method = methodOf(found)
  return method !== 'private_key_jwt' && method !== 'tls_client_auth'
}

/** The method that is set, else the method that the given credentials are for. */
function methodOf(found: SettingValues): Method {
  const set = found.MCP_AUTH0_CLIENT_AUTHENTICATION ?? 'auto'
  if (set !== 'auto') return set
  if (found.MCP_AUTH0_CLIENT_CERTIFICATE !== undefined) return 'tls_client_auth'
  return found.MCP_AUTH0_CLIENT_PRIVATE_KEY === undefined ? 'secret' : 'private_key_jwt'
}
