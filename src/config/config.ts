import { accessConfig, clientConfig, type ClientConfig } from './access-config.js'
import type { ApiConfig } from './api-config.js'
import { API_OF_SETTINGS, apiOfSettings, apisOfFile } from './apis-config.js'
import { auditConfig, type AuditConfig } from './audit-config.js'
import { CONFIG_FILE, readConfigFile, type ConfigFileRead } from './config-file.js'
import { confirmationConfig, type ConfirmationConfig } from './confirmation-config.js'
import { configIssues, endpointOf } from './consistency.js'
import {
  identityProviderConfig,
  tenantsOf,
  type IdentityProviderConfig,
} from './identity-provider-config.js'
import { issuerOf } from './issuer-of.js'
import type { TenantIssuers } from '../identity-providers/issuers-of-tenants.js'
import type { CompleteSettings, SettingName, SettingValues } from './settings.js'
import { exchangeConfig, type ExchangeConfig } from './exchange-config.js'
import { ConfigError, type ConfigIssue } from './config-error.js'
import { credentialFilesOf, type CredentialFiles } from './credential-files.js'
import { outgoingOf, type OutgoingConfig } from './outgoing-config.js'
import { parseSettings, textOf, type Environment } from './parse-settings.js'
import { withExtraAuthorities } from './extra-authorities.js'
import { policyConfig, type PolicyConfig } from './policy-config.js'
import { sessionConfig } from './session-config.js'
import { signOutConfig, type SignOutConfig } from './sign-out-config.js'
import { storeConfig, type StoreConfig } from './store-config.js'
import { readSettingsFile } from './settings-file.js'
import type { SettingsFileRead } from './settings-file-doubts.js'
import { NO_SETTINGS_FILE, SETTINGS_FILE } from './settings-origin.js'
import { metricsOf, type MetricsConfig } from './metrics-config.js'
import { nearMisses } from './unknown-settings.js'
import { readValueFiles } from './value-files.js'
import { callerPolicyOf, resourceOf, type ResourceConfig } from './token-config.js'
import { httpConfig, type HttpConfig } from './http-config.js'
import type { Complete } from '../options/complete.js'
import { deepFreeze } from '../options/deep-freeze.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'
import type { SessionLimits } from '../sessions/session-registry.js'
import type { AccessPolicy } from '../tools/access-policy.js'

export { ConfigError, type ConfigIssue } from './config-error.js'
export type { Environment } from './parse-settings.js'

/** The settings that make a deployment; with none of them set, nothing is configured. */
const IDENTIFYING: readonly SettingName[] = [
  'AUTH0_DOMAIN',
  'ISSUER_BASE_URL',
  'AUTH0_AUDIENCE',
  'MCP_AUTH0_CLIENT_ID',
  'MCP_AUTH0_CLIENT_SECRET',
  'MCP_AUTH0_CLIENT_PRIVATE_KEY',
  'API_AUTH0_AUDIENCE',
  'API_BASE_URL',
  'CONFIG_PATH',
]

/**
 * The settings of a server, checked and complete: what `parseConfig` makes of an environment.
 *
 * @category Server
 */
export interface Config extends HttpConfig {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceConfig
  readonly identityProvider: IdentityProviderConfig
  /** Every issuer of all tenants. */
  readonly tenants: TenantIssuers
  /** Whose tokens count, and how their scopes are read. */
  readonly callerPolicy: CallerPolicy
  /** Allowed difference between our clock and an authorization server's, for `exp` and `nbf`. */
  readonly clockToleranceSeconds: number
  readonly verifiedTokenCacheEntries: number
  readonly issuer: {
    readonly primary: string
    readonly additional: readonly string[]
    /** Where the primary issuer's documents are, if not where it says itself. */
    readonly metadataUrl: string | undefined
    readonly jwksUrl: string | undefined
    readonly dangerouslyAllowHttp: boolean
    readonly dangerouslyShareClientSecret: boolean
    readonly keysStaleMs: number
  }
  readonly access: Complete<AccessPolicy>
  readonly clients: ClientConfig
  readonly confirmation: ConfirmationConfig
  /** `undefined`: scopes and limits alone decide about calls. */
  readonly policy: PolicyConfig | undefined
  /** `undefined`: no sessions. */
  readonly sessions: Complete<SessionLimits> | undefined
  readonly signOut: SignOutConfig
  /** `undefined`: nothing is shared with other instances. */
  readonly store: StoreConfig | undefined
  readonly exchange: ExchangeConfig
  readonly delegation: {
    readonly maxDepth: number
    /** `undefined`: any. */
    readonly allowedActors: readonly string[] | undefined
  }
  /** How other servers are reached. */
  readonly outgoing: OutgoingConfig
  /** The protected APIs by their names; that of the settings is `api`. */
  readonly apis: Readonly<Record<string, ApiConfig>>
  /** How they are called. */
  readonly apiCalls: {
    readonly timeoutMs: number
    readonly maxBytes: number
    readonly connections: number
    /** `undefined`: a quarter of the connections. */
    readonly concurrencyPerUser: number | undefined
  }
  /** Whether the demonstration tools are offered. */
  readonly demoTools: boolean
  /** Shows a page to people at `/`. */
  readonly homePage: boolean
  /** Where metrics are served; `undefined`: there are none. */
  readonly metrics: MetricsConfig | undefined
  readonly traceContext: TraceContextPolicy
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** `auto`: `pretty` at a terminal, `json` elsewhere. */
  readonly logFormat: 'auto' | 'json' | 'pretty'
  /** `undefined`: no records of tool calls. */
  readonly audit: AuditConfig | undefined
  /** The files of the client's credentials; `undefined`: they come from no file. */
  readonly credentialFiles: CredentialFiles | undefined
  /** What the `.env` file has that does nothing; the server warns of it at its start. */
  readonly settingsFile: SettingsFileRead
}

/**
 * Whether the environment names no deployment at all.
 *
 * @category Server
 */
export function isUnconfigured(environment: Environment): boolean {
  if (environment[CONFIG_FILE] !== undefined) return false
  return IDENTIFYING.every((key) => textOf(environment, key) === undefined)
}

/**
 * Reads the configuration out of an environment; throws a `ConfigError` that names every issue at once.
 *
 * Empty values count as absent. Pure: does not read `process.env` or any file.
 *
 * @category Server
 */
export function parseConfig(environment: Environment): Config {
  const unreadable: ConfigIssue[] = []
  const found = parseSettings(environment, unreadable)
  const keys = new Set(unreadable.map(({ key }) => key))
  const file = environment[CONFIG_FILE]
  const ofFile = file === undefined ? undefined : (apisOfFile(file, unreadable) ?? {})
  const issues = [
    ...unreadable,
    ...unreadFile(found, file),
    ...configIssues(found, keys, ofFile).map((issue) =>
      withNearMiss(asGiven(issue, environment), environment),
    ),
  ]
  if (issues.length > 0) throw new ConfigError(issues)
  // Sound: a setting that is absent without a fallback and needed is an issue.
  return deepFreeze({
    ...assemble(found as CompleteSettings, ofFile ?? {}),
    credentialFiles: credentialFilesOf(environment, (changed) => parseConfig(changed).exchange),
    settingsFile: environment[SETTINGS_FILE] ?? NO_SETTINGS_FILE,
  })
}

/** An environment that is not from `readEnvironment` has no file read. */
function unreadFile(
  { CONFIG_PATH: named }: SettingValues,
  file: ConfigFileRead | undefined,
): readonly ConfigIssue[] {
  if (named === undefined || file !== undefined) return []
  const hint = 'names a file that has not been read. Take the environment from readEnvironment()'
  return [{ key: 'CONFIG_PATH', value: named, hint }]
}

function asGiven(issue: ConfigIssue, environment: Environment): ConfigIssue {
  const value = textOf(environment, issue.key)
  return issue.value === undefined || value === undefined ? issue : { ...issue, value }
}

/** Where a setting is missing, the name that looks like it says more. */
function withNearMiss(issue: ConfigIssue, environment: Environment): ConfigIssue {
  const isSet = (name: string): boolean => textOf(environment, name) !== undefined
  if (issue.value !== undefined || isSet(issue.key)) return issue
  const wanted = [issue.key, ...(IN_PLACE_OF[issue.key] ?? [])]
  const misses = nearMisses(Object.keys(environment).filter(isSet), wanted)
  const said = misses.map(({ name, nearest }) => `. ${name} is set: did you mean ${nearest}?`)
  return { ...issue, hint: `${issue.hint}${said.join('')}` }
}

/** What may be set in place of a missing setting. */
const IN_PLACE_OF: Readonly<Record<string, readonly SettingName[]>> = {
  AUTH0_DOMAIN: ['ISSUER_BASE_URL'],
  MCP_AUTH0_CLIENT_SECRET: ['MCP_AUTH0_CLIENT_PRIVATE_KEY'],
}

function assemble(
  found: CompleteSettings,
  ofFile: Readonly<Record<string, ApiConfig>>,
): Omit<Config, 'settingsFile' | 'credentialFiles'> {
  const ofSettings = apiOfSettings(found)
  const apis = {
    ...(ofSettings === undefined ? {} : { [API_OF_SETTINGS]: ofSettings }),
    ...ofFile,
  }
  const hasDocument = Object.values(apis).some(({ openapi }) => openapi !== undefined)
  return {
    ...httpConfig(found),
    endpoint: endpointOf(found),
    resource: resourceOf(found),
    identityProvider: identityProviderConfig(found),
    tenants: tenantsOf(found),
    callerPolicy: callerPolicyOf(found),
    clockToleranceSeconds: found.CLOCK_TOLERANCE_SECONDS,
    verifiedTokenCacheEntries: found.VERIFIED_TOKEN_CACHE_ENTRIES,
    issuer: issuersOf(found),
    access: accessConfig(found, hasDocument),
    clients: clientConfig(found),
    ...{ confirmation: confirmationConfig(found), policy: policyConfig(found) },
    ...{ sessions: sessionConfig(found), store: storeConfig(found), signOut: signOutConfig(found) },
    exchange: exchangeConfig(found),
    delegation: {
      maxDepth: found.DELEGATION_MAX_DEPTH,
      allowedActors:
        found.DELEGATION_ALLOWED_ACTORS.length === 0 ? undefined : found.DELEGATION_ALLOWED_ACTORS,
    },
    outgoing: outgoingOf(found),
    apis,
    apiCalls: {
      timeoutMs: found.API_TIMEOUT_MS,
      maxBytes: found.API_MAX_BYTES,
      connections: found.API_CONNECTIONS,
      concurrencyPerUser: found.API_CONCURRENCY_PER_USER,
    },
    demoTools: (found.DEMO_TOOLS ?? (hasDocument ? 'off' : 'on')) === 'on',
    homePage: found.HOME_PAGE === 'on',
    ...{ metrics: metricsOf(found), traceContext: found.TRACE_CONTEXT },
    logLevel: found.LOG_LEVEL,
    logFormat: found.LOG_FORMAT,
    audit: auditConfig(found),
  }
}

function issuersOf(found: CompleteSettings): Config['issuer'] {
  return {
    primary: issuerOf(found) ?? '',
    additional: found.ADDITIONAL_ISSUERS,
    metadataUrl: found.ISSUER_METADATA_URL,
    jwksUrl: found.JWKS_URL,
    dangerouslyAllowHttp: found.DANGEROUSLY_ALLOW_HTTP === 'true',
    dangerouslyShareClientSecret: found.DANGEROUSLY_SHARE_CLIENT_SECRET === 'true',
    keysStaleMs: found.KEYS_STALE_HOURS * 3_600_000,
  }
}

/** What a process is told: its environment, and what is doubtful about its `.env` file. */
export interface ReadSettings {
  readonly environment: Environment
  readonly file: SettingsFileRead
}

/**
 * The environment of this process: a `.env` file in the working directory, overruled by `process.env`.
 *
 * Settings that are given as files (`…_FILE`) are read from those. Throws a `ConfigError` for files that cannot be
 * read, and for lines of `.env` that say something else than they seem to. The only place that reads any of it.
 */
export function readSettings(directory: string = process.cwd()): ReadSettings {
  const { values, issues, doubts } = readSettingsFile(`${directory}/.env`)
  // An empty variable counts as absent, so it does not hide what the file says.
  const set = Object.fromEntries(
    Object.entries(process.env).filter(([, text]) => text?.trim() !== ''),
  )
  const environment = { ...values, ...set }
  const files = readValueFiles((name) => textOf(environment, name))
  const all = [...issues.filter(({ key }) => !(key in set)), ...files.issues]
  if (all.length > 0) throw new ConfigError(all)
  const complete = withExtraAuthorities({ ...environment, ...files.values })
  const configFile = readConfigFile(directory, textOf(environment, 'CONFIG_PATH'))
  const file = { names: Object.keys(values), doubts }
  return { environment: { ...complete, [SETTINGS_FILE]: file, [CONFIG_FILE]: configFile }, file }
}

/**
 * The environment of this process: a `.env` file in the working directory, overruled by `process.env`.
 *
 * Settings that are given as files (`…_FILE`) are read from those. Throws a `ConfigError` for files that cannot be read. A
 * server made from it warns of lines of `.env` that do nothing.
 *
 * @category Server
 */
export function readEnvironment(directory: string = process.cwd()): Environment {
  return readSettings(directory).environment
}
