import type { ConfigIssue } from './config-error.js'
import type { SettingValues } from './settings.js'
import {
  clientAuthenticationIssue,
  withAssertionDefaults,
  type ClientAuthentication,
} from '../exchange/client-authentication.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { providerOf } from './identity-provider-config.js'
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
    const set = withoutUndefined({ keyId, certificate, ...assertionSettings(found) })
    const { clientAssertion } = providerOf(found).provider
    const given: ClientAuthentication = { method, privateKey: key, ...set }
    return {
      clientAuthentication: withAssertionDefaults(given, clientAssertion),
      clientCertificate: undefined,
    }
  }
  const secret = found.MCP_AUTH0_CLIENT_SECRET
  if (secret === undefined) throw new TypeError('no client credentials')
  const chosen =
    method === 'client_secret_basic' || method === 'client_secret_post' ? { method } : {}
  return { clientAuthentication: { secret, ...chosen }, clientCertificate: undefined }
}

/** What is set of the assertions; the rest is as the identity provider has it. */
function assertionSettings({
  MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM: algorithm = 'auto',
  MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE: audience = 'auto',
}: SettingValues) {
  return {
    algorithm: algorithm === 'auto' ? undefined : algorithm,
    audience: audience === 'auto' ? undefined : audience,
  }
}

const OF_ASSERTIONS = {
  certificate: 'MCP_AUTH0_CLIENT_CERTIFICATE',
  algorithm: 'MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM',
  audience: 'MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE',
} as const

/** What is wrong with the assertions of `private_key_jwt`, and with settings for them that have no effect. */
export function assertionIssues(
  found: SettingValues,
  adapter: 'auth0' | 'auth0-api-js' | 'rfc8693' | 'rfc7523',
): readonly ConfigIssue[] {
  const { algorithm, audience } = assertionSettings(found)
  const privateKey = found.MCP_AUTH0_CLIENT_PRIVATE_KEY
  const certificate = found.MCP_AUTH0_CLIENT_CERTIFICATE
  if (methodOf(found) !== 'private_key_jwt') {
    const hint = 'has no effect without private_key_jwt. Remove it'
    const idle = [algorithm && OF_ASSERTIONS.algorithm, audience && OF_ASSERTIONS.audience]
    return idle.flatMap((key) => (key === undefined ? [] : [{ key, hint }]))
  }
  if (privateKey === undefined) return []
  if (adapter === 'auth0' && (certificate !== undefined || audience === 'token_endpoint')) {
    const key = certificate === undefined ? OF_ASSERTIONS.audience : OF_ASSERTIONS.certificate
    const hint =
      'has no effect on the assertions of @auth0/auth0-auth-js. Remove it, or set EXCHANGE_CLIENT=rfc8693'
    return [{ key, hint }]
  }
  const { clientAssertion } = providerOf(found).provider
  const given = { privateKey, certificate, algorithm: algorithm ?? clientAssertion?.algorithm }
  const issue = clientAuthenticationIssue({ method: 'private_key_jwt', ...given })
  const [name] = issue?.path ?? []
  if (name !== 'certificate' && name !== 'algorithm') return []
  return [{ key: OF_ASSERTIONS[name], hint: `cannot be used: ${issue?.message ?? ''}` }]
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
  const isForAssertions = providerOf(found).provider.clientAssertion !== undefined
  if (found.MCP_AUTH0_CLIENT_CERTIFICATE !== undefined && !isForAssertions) return 'tls_client_auth'
  return found.MCP_AUTH0_CLIENT_PRIVATE_KEY === undefined ? 'secret' : 'private_key_jwt'
}
