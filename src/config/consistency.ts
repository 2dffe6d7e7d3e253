import { accessIssues } from './access-config.js'
import type { ApiConfig } from './api-config.js'
import { API_OF_SETTINGS, apiIssues, settingsDescribeApi } from './apis-config.js'
import type { ConfigIssue } from './config-error.js'
import { auditIssues } from './audit-config.js'
import { confirmationIssues } from './confirmation-config.js'
import { credentialIssues, usesSecret } from './client-credentials.js'
import { issuerApartFrom } from '../identity/issuer-hosts.js'
import { exchangeClientIssues, exchangeMannerIssues } from './exchange-manner-issues.js'
import { identityProviderIssues, providerOf } from './identity-provider-config.js'
import { issuerOf } from './issuer-of.js'
import { policyIssues } from './policy-config.js'
import type { SettingName, SettingValues } from './settings.js'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { signOutIssues } from './sign-out-config.js'
import { storeIssues } from './store-config.js'
import { subjectTokenTypeIssue } from './subject-token-type.js'

const MISSING = {
  AUTH0_AUDIENCE:
    "is missing. Set it to this server's API identifier at the authorization server, for example http://localhost:3001/mcp",
  MCP_AUTH0_CLIENT_ID: 'is missing. Set it to the client as which this server exchanges tokens',
  API_AUTH0_AUDIENCE:
    "is missing. Set it to the protected API's identifier at the authorization server, for example http://localhost:8787/",
  API_BASE_URL:
    'is missing. Set it to where the protected API is, for example http://localhost:8787',
} as const satisfies Partial<Record<SettingName, string>>

/** The public URL of the MCP endpoint. */
export function endpointOf({ MCP_SERVER_URL, PORT }: SettingValues): URL {
  const base = MCP_SERVER_URL?.href ?? `http://localhost:${PORT ?? 0}`
  return new URL(`${base.replace(/\/+$/, '')}/mcp`)
}

/** What is wrong with the settings taken together; `unreadable` are those already found faulty alone. */
export function configIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
  ofFile?: Readonly<Record<string, ApiConfig>>,
): readonly ConfigIssue[] {
  const isSet = (key: SettingName): boolean => found[key] !== undefined || unreadable.has(key)
  const needed = settingsDescribeApi(isSet, ofFile) && ofFile?.[API_OF_SETTINGS] === undefined
  return [
    ...issuerIssues(found, unreadable),
    ...Object.entries(MISSING)
      .filter(([key]) => !isSet(key as SettingName) && (needed || !key.startsWith('API_')))
      .map(([key, hint]) => ({ key, hint })),
    ...credentialIssues(found, unreadable),
    ...apiIssues({ isSet, isFaulty: (key) => unreadable.has(key) }, ofFile),
    ...audienceIssues(found, ofFile),
    ...portIssues(found),
    ...profileIssues(found),
    ...shareIssues(found),
    ...plainHttpIssues(found, ofFile),
    ...sharedSecretIssues(found),
    ...apiSecretIssues(found, ofFile),
    ...auth0ClientIssues(found),
    ...identityProviderIssues(found, ofFile),
    ...exchangeMannerIssues(found, ofFile),
    ...exchangeClientIssues(found),
    ...accessIssues(found),
    ...auditIssues(found, unreadable),
    ...storeIssues(found, unreadable),
    ...signOutIssues(found, unreadable),
    ...confirmationIssues(found, endpointOf(found)),
    ...policyIssues(found, unreadable),
  ]
}

function issuerIssues(found: SettingValues, unreadable: ReadonlySet<string>): ConfigIssue[] {
  const { AUTH0_DOMAIN, ISSUER_BASE_URL } = found
  if (AUTH0_DOMAIN !== undefined && ISSUER_BASE_URL !== undefined) {
    const hint = 'is set together with AUTH0_DOMAIN. Remove one of them'
    return [{ key: 'ISSUER_BASE_URL', value: ISSUER_BASE_URL, hint }]
  }
  if (issuerOf(found) !== undefined) return []
  if (unreadable.has('AUTH0_DOMAIN') || unreadable.has('ISSUER_BASE_URL')) return []
  const hint =
    "is missing. Set it to the tenant's domain, or ISSUER_BASE_URL to another authorization server"
  return [{ key: 'AUTH0_DOMAIN', hint }]
}

function audienceIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>> = {},
): readonly ConfigIssue[] {
  const { targetFor } = providerOf(found).provider
  /** An audience, and what the identity provider has in tokens for it where nothing is set. */
  const named = (key: string, audience: string, expected: readonly string[] | undefined) =>
    [audience, ...(expected === undefined ? (targetFor?.(audience).expectedAudiences ?? []) : [])]
      .filter((one, index, all) => all.indexOf(one) === index)
      .map((one) => [key, one])
  const given = Object.values(ofFile).flatMap(({ names, audience, exchange }) => [
    ...named(names.audience, audience, exchange?.expectedAudiences),
    ...(exchange?.expectedAudiences ?? []).map((one) => [names.exchange, one]),
  ])
  const { API_AUTH0_AUDIENCE: audience, EXPECTED_AUDIENCES: expected } = found
  const ofSettings = [
    ...(audience === undefined ? [] : named('API_AUTH0_AUDIENCE', audience, expected)),
    ...(expected ?? []).map((one) => ['EXPECTED_AUDIENCES', one]),
  ]
  return [...ofSettings, ...given].flatMap(([key = '', audience]) =>
    audience === undefined ? [] : ownAudience(key, audience, found),
  )
}

function ownAudience(key: string, value: string, found: SettingValues): readonly ConfigIssue[] {
  const ours: readonly (readonly [SettingName, readonly (string | undefined)[]])[] = [
    ['AUTH0_AUDIENCE', [found.AUTH0_AUDIENCE]],
    ['TOKEN_AUDIENCE', [found.TOKEN_AUDIENCE]],
    ['TOLERATED_AUDIENCES', found.TOLERATED_AUDIENCES ?? []],
    ['MCP_AUTH0_CLIENT_ID', [found.MCP_AUTH0_CLIENT_ID]],
  ]
  return ours
    .filter(([, audiences]) => audiences.includes(value))
    .map(([name]) => ({
      key,
      value,
      hint: `is the same as ${name}. The API needs an identifier of its own: a token must not be good for both`,
    }))
}

function profileIssues(found: SettingValues): ConfigIssue[] {
  const value = found.MCP_AUTH0_SUBJECT_TOKEN_TYPE
  if (value === undefined || found.AUTH0_DOMAIN === undefined) return []
  const issue = subjectTokenTypeIssue(value)
  if (issue === undefined) return []
  const hint = `${issue}; or leave it empty for On-Behalf-Of`
  return [{ key: 'MCP_AUTH0_SUBJECT_TOKEN_TYPE', value, hint }]
}

function shareIssues({ API_CONNECTIONS, API_CONCURRENCY_PER_USER }: SettingValues): ConfigIssue[] {
  if (API_CONNECTIONS === undefined || API_CONCURRENCY_PER_USER === undefined) return []
  if (API_CONCURRENCY_PER_USER <= API_CONNECTIONS) return []
  const hint = `is more than API_CONNECTIONS (${API_CONNECTIONS}), so it bounds nobody. Lower it, or leave it empty for a quarter`
  return [{ key: 'API_CONCURRENCY_PER_USER', value: `${API_CONCURRENCY_PER_USER}`, hint }]
}

function portIssues({ PORT, MCP_SERVER_URL, METRICS_PORT }: SettingValues): ConfigIssue[] {
  if (METRICS_PORT !== undefined && METRICS_PORT !== 0 && METRICS_PORT === PORT) {
    const hint =
      'is the same as PORT. Metrics need a port of their own, which strangers cannot reach'
    return [{ key: 'METRICS_PORT', value: `${METRICS_PORT}`, hint }]
  }
  if (PORT !== 0 || MCP_SERVER_URL !== undefined) return []
  const hint = 'takes any free port, so set MCP_SERVER_URL to the URL under which clients come'
  return [{ key: 'PORT', value: '0', hint }]
}

function plainHttpIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>> = {},
): ConfigIssue[] {
  if (found.DANGEROUSLY_ALLOW_HTTP === 'true') return []
  const urls: readonly (readonly [string, string | undefined])[] = [
    ['ISSUER_BASE_URL', issuerOf(found)],
    ...(found.ADDITIONAL_ISSUERS ?? []).map((issuer) => ['ADDITIONAL_ISSUERS', issuer] as const),
    ['EXCHANGE_ISSUER', found.EXCHANGE_ISSUER],
    ['ISSUER_METADATA_URL', found.ISSUER_METADATA_URL],
    ['JWKS_URL', found.JWKS_URL],
    ['API_BASE_URL', found.API_BASE_URL?.href],
    ['MCP_SERVER_URL', found.MCP_SERVER_URL?.href],
    ['POLICY_URL', found.POLICY_URL?.href],
    ...Object.values(ofFile).map(({ names, baseUrl }) => [names.baseUrl, baseUrl.href] as const),
    ...Object.values(ofFile).map(
      ({ names, exchange }) => [names.exchange, exchange?.issuer] as const,
    ),
  ]
  return urls.flatMap(([key, value]) =>
    value === undefined || isHttpsOrLoopback(new URL(value))
      ? []
      : [{ key, value, hint: PLAIN_HTTP }],
  )
}

const PLAIN_HTTP =
  'must be https: over http, tokens would travel unencrypted. (DANGEROUSLY_ALLOW_HTTP=true permits it in a closed test network)'

/** A client secret goes to the token endpoint of each issuer: the operator of one can then be this client at the others. */
function sharedSecretIssues(found: SettingValues): ConfigIssue[] {
  if (found.DANGEROUSLY_SHARE_CLIENT_SECRET === 'true' || !usesSecret(found)) return []
  // These exchange all tokens at one issuer.
  if (found.EXCHANGE_CLIENT === 'auth0-api-js' || found.EXCHANGE_ISSUER !== undefined) return []
  const primary = issuerOf(found)
  if (primary === undefined) return []
  const value = issuerApartFrom(primary, found.ADDITIONAL_ISSUERS ?? [])
  if (value === undefined) return []
  return [{ key: 'ADDITIONAL_ISSUERS', value, hint: `names ${value}, which ${SHARED_SECRET}` }]
}

/** The same for the issuers at which tokens for single APIs are exchanged. */
function apiSecretIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>> = {},
): ConfigIssue[] {
  if (found.DANGEROUSLY_SHARE_CLIENT_SECRET === 'true' || !usesSecret(found)) return []
  const primary = found.EXCHANGE_ISSUER ?? issuerOf(found)
  if (primary === undefined) return []
  return Object.values(ofFile).flatMap(({ names, exchange }) => {
    const value = issuerApartFrom(primary, exchange?.issuer === undefined ? [] : [exchange.issuer])
    if (value === undefined) return []
    return [{ key: names.exchange, value, hint: `names ${value}, which ${SHARED_SECRET}` }]
  })
}

const SHARED_SECRET =
  'would be sent the secret of the client, which is that of another host. Use a private key (MCP_AUTH0_CLIENT_PRIVATE_KEY), which never leaves this server; or set DANGEROUSLY_SHARE_CLIENT_SECRET=true, if all issuers are domains of one tenant'

/** Auth0's library knows a domain alone: of an issuer with a path it would ask another token endpoint. */
function auth0ClientIssues(found: SettingValues): ConfigIssue[] {
  const { EXCHANGE_CLIENT: client } = found
  if (client !== 'auth0' && client !== 'auth0-api-js') return []
  const issuers: readonly (readonly [SettingName, string | undefined])[] =
    found.EXCHANGE_ISSUER === undefined
      ? [
          ['ISSUER_BASE_URL', found.ISSUER_BASE_URL],
          ...(client === 'auth0' ? (found.ADDITIONAL_ISSUERS ?? []) : []).map(
            (one) => ['ADDITIONAL_ISSUERS', one] as const,
          ),
        ]
      : [['EXCHANGE_ISSUER', found.EXCHANGE_ISSUER]]
  const hint = `has a path, which EXCHANGE_CLIENT=${client} cannot reach. Use rfc8693, or auto for Entra`
  return issuers.flatMap(([key, value]) =>
    value === undefined || new URL(value).pathname === '/' ? [] : [{ key, value, hint }],
  )
}
