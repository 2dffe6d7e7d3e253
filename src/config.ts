import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { configFaults, endpointOf, issuerOf } from './config/consistency.js'
import {
  SETTINGS,
  type CompleteSettings,
  type SettingName,
  type SettingValues,
} from './config/settings.js'
import { exchangeConfig, type ExchangeConfig } from './config/exchange-config.js'
import { ConfigError, type ConfigFault } from './config/fault.js'
import { callerPolicyOf, resourceOf, type ResourceConfig } from './config/token-config.js'
import { edgeConfig, type EdgeConfig } from './config/edge-config.js'
import type { CallerPolicy } from './identity/caller.js'
import type { SessionLimits } from './sessions/session-registry.js'
import type { AccessPolicy } from './tools/access.js'

export { ConfigError, type ConfigFault } from './config/fault.js'

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
]

export interface Config extends EdgeConfig {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: ResourceConfig
  /** Whose tokens count, and how their scopes are read. */
  readonly callerPolicy: CallerPolicy
  /** Allowed difference between our clock and an authorization server's, for `exp` and `nbf`. */
  readonly clockToleranceSeconds: number
  readonly issuer: {
    readonly primary: string
    readonly additional: readonly string[]
    /** Where the primary issuer's documents are, if not where it says itself. */
    readonly metadataUrl: string | undefined
    readonly jwksUrl: string | undefined
    readonly dangerouslyAllowHttp: boolean
    readonly staleAgeMs: number
  }
  readonly access: Required<AccessPolicy>
  /** `undefined`: no sessions. */
  readonly sessions: Required<SessionLimits> | undefined
  readonly exchange: ExchangeConfig
  readonly delegation: {
    readonly maxDepth: number
    /** `undefined`: any. */
    readonly allowedActors: readonly string[] | undefined
  }
  readonly api: {
    readonly audience: string
    readonly baseUrl: URL
    readonly timeoutMs: number
    readonly connections: number
    /** `undefined`: a quarter of the connections. */
    readonly concurrencyPerUser: number | undefined
  }
  /** Shows a page to people at `/`. */
  readonly homePage: boolean
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Whether the environment names no deployment at all. */
export function isUnconfigured(environment: Environment): boolean {
  return IDENTIFYING.every((key) => textOf(environment, key) === undefined)
}

/**
 * Reads the configuration out of an environment; throws a `ConfigError` that names every fault at once.
 *
 * Empty values count as absent. Pure: does not read `process.env` or any file.
 */
export function parseConfig(environment: Environment): Config {
  const unreadable: ConfigFault[] = []
  const found = parseSettings(environment, unreadable)
  const faults = [
    ...unreadable,
    ...configFaults(found, new Set(unreadable.map(({ key }) => key))).map((fault) =>
      asGiven(fault, environment),
    ),
  ]
  if (faults.length > 0) throw new ConfigError(faults)
  // Sound: a setting that is absent without a fallback and needed is a fault.
  return deepFreeze(assemble(found as CompleteSettings))
}

function asGiven(fault: ConfigFault, environment: Environment): ConfigFault {
  const value = textOf(environment, fault.key)
  return fault.value === undefined || value === undefined ? fault : { ...fault, value }
}

function parseSettings(environment: Environment, faults: ConfigFault[]): SettingValues {
  const entries = Object.entries(SETTINGS).map(([key, { schema, ...rest }]) => {
    const fallback = 'fallback' in rest ? rest.fallback : undefined
    const text = textOf(environment, key) ?? fallback
    if (text === undefined) return [key, undefined]
    const result = schema.safeParse(text)
    if (result.success) return [key, result.data]
    const hidden = 'secret' in rest || mayHoldPassword(text)
    const cure = [...new Set(result.error.issues.map((issue) => issue.message))].join('; ')
    faults.push(hidden ? { key, cure } : { key, value: text, cure })
    return [key, undefined]
  })
  return Object.fromEntries(entries) as SettingValues
}

/** Whether a text may be a URL with a user name or password in it, which no error shows. */
function mayHoldPassword(text: string): boolean {
  return /\/\/[^/]*@/.test(text)
}

function assemble(found: CompleteSettings): Config {
  return {
    ...edgeConfig(found),
    endpoint: endpointOf(found),
    resource: resourceOf(found),
    callerPolicy: callerPolicyOf(found),
    clockToleranceSeconds: found.CLOCK_TOLERANCE_SECONDS,
    issuer: {
      primary: issuerOf(found) ?? '',
      additional: found.ADDITIONAL_ISSUERS,
      metadataUrl: found.ISSUER_METADATA_URL,
      jwksUrl: found.JWKS_URL,
      dangerouslyAllowHttp: found.DANGEROUSLY_ALLOW_HTTP === 'true',
      staleAgeMs: found.KEYS_STALE_HOURS * 3_600_000,
    },
    access: {
      claims: found.AUTHORIZATION_CLAIMS,
      hierarchy: found.SCOPE_HIERARCHY,
      lockedTools: found.LOCKED_TOOLS,
      // Scopes that were assigned to users cannot be asked for.
      stepUp: found.SCOPE_CLAIM === undefined ? found.STEP_UP_SCOPES : 'none',
    },
    sessions: sessionsOf(found),
    exchange: exchangeConfig(found),
    delegation: {
      maxDepth: found.DELEGATION_MAX_DEPTH,
      allowedActors:
        found.DELEGATION_ALLOWED_ACTORS.length === 0 ? undefined : found.DELEGATION_ALLOWED_ACTORS,
    },
    api: {
      audience: found.API_AUTH0_AUDIENCE,
      baseUrl: found.API_BASE_URL,
      timeoutMs: found.API_TIMEOUT_MS,
      connections: found.API_CONNECTIONS,
      concurrencyPerUser: found.API_CONCURRENCY_PER_USER,
    },
    homePage: found.HOME_PAGE === 'on',
    logLevel: found.LOG_LEVEL,
  }
}

function sessionsOf(found: CompleteSettings): Config['sessions'] {
  if (found.MCP_SESSIONS === 'off') return undefined
  return {
    idleMs: found.SESSION_IDLE_MINUTES * 60_000,
    maxAgeMs: found.SESSION_MAX_HOURS * 3_600_000,
    maxSessions: found.SESSION_LIMIT,
    maxSessionsPerUser: found.SESSION_LIMIT_PER_USER,
  }
}

/**
 * The environment of this process: a `.env` file in the working directory, overruled by `process.env`.
 *
 * Secrets named by `…_FILE` settings are read from those files; throws a `ConfigError` for those that cannot be.
 * The only place that reads any of it.
 */
export function readEnvironment(directory: string = process.cwd()): Environment {
  const file = readSettingsFile(directory)
  // An empty variable counts as absent, so it does not hide what the file says.
  const set = Object.entries(process.env).filter(([, text]) => text?.trim() !== '')
  return withSecretFiles({ ...file, ...Object.fromEntries(set) })
}

/** The names that stand in the `.env` file of a directory; none where there is no such file. */
export function settingsFileNames(directory: string = process.cwd()): readonly string[] {
  return Object.keys(readSettingsFile(directory))
}

function readSettingsFile(directory: string): Environment {
  const path = `${directory}/.env`
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

/** Reads the secrets that are given as files, as container platforms mount them. */
function withSecretFiles(environment: Environment): Environment {
  const faults: ConfigFault[] = []
  const read = Object.entries(SETTINGS).flatMap(([key, definition]) => {
    const path = 'secret' in definition ? textOf(environment, `${key}_FILE`) : undefined
    if (path === undefined) return []
    if (textOf(environment, key) !== undefined) {
      faults.push({
        key: `${key}_FILE`,
        value: path,
        cure: `is set together with ${key}. Remove one`,
      })
      return []
    }
    try {
      return [[key, readFileSync(path, 'utf8').trim()] as const]
    } catch {
      faults.push({
        key: `${key}_FILE`,
        value: path,
        cure: 'cannot be read. Check path and permissions',
      })
      return []
    }
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return { ...environment, ...Object.fromEntries(read) }
}

function textOf(environment: Environment, key: string): string | undefined {
  const text = environment[key]?.trim()
  return text === undefined || text === '' ? undefined : text
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (Array.isArray(member) || Object.getPrototypeOf(member ?? 0) === Object.prototype) {
      deepFreeze(member as object)
    }
  }
  return Object.freeze(value)
}
