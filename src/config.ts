import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SETTINGS, type SettingName, type SettingValues } from './config-settings.js'
import { isHttpsOrLoopback, secret } from './config-values.js'
import { isIdentityScope } from './scopes.js'
import type { Secret } from './secret.js'

/** The settings that make a deployment; with none of them set, nothing is configured. */
const IDENTIFYING: readonly SettingName[] = [
  'AUTH0_DOMAIN',
  'ISSUER_BASE_URL',
  'AUTH0_AUDIENCE',
  'MCP_AUTH0_CLIENT_ID',
  'MCP_AUTH0_CLIENT_SECRET',
  'API_AUTH0_AUDIENCE',
  'API_BASE_URL',
]

export interface Config {
  readonly listen: { readonly host: string; readonly port: number }
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  readonly resource: { readonly identifier: string; readonly baselineScopes: readonly string[] }
  readonly issuer: string
  readonly exchange: {
    readonly clientId: string
    readonly clientSecret: Secret
    readonly subjectTokenType: string | undefined
    /** `undefined`: whatever the tools declare. */
    readonly scopeCeiling: readonly string[] | undefined
    readonly timeoutMs: number
  }
  readonly api: { readonly audience: string; readonly baseUrl: URL; readonly timeoutMs: number }
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** One thing that is wrong with the configuration: where, what was found, what to do. */
export interface ConfigFault {
  readonly key: string
  /** As given; `undefined` where it is absent or must not be shown. */
  readonly value?: string
  readonly cure: string
}

/** The configuration cannot be used; `faults` holds everything that is wrong with it. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ key, value, cure }) =>
      value === undefined ? `  ${key}: ${cure}` : `  ${key}="${value}": ${cure}`,
    )
    super(`The configuration has ${faults.length} fault(s):\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
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
  const faults: ConfigFault[] = []
  const parsed = parseSettings(environment, faults)
  const config = assemble(parsed, faults)
  if (config === undefined || faults.length > 0) throw new ConfigError(faults)
  return deepFreeze(config)
}

function parseSettings(environment: Environment, faults: ConfigFault[]): SettingValues {
  const entries = Object.entries(SETTINGS).map(([key, { schema, ...rest }]) => {
    const fallback = 'fallback' in rest ? rest.fallback : undefined
    const text = textOf(environment, key) ?? fallback
    if (text === undefined) return [key, undefined]
    const result = schema.safeParse(text)
    if (result.success) return [key, result.data]
    const cure = result.error.issues.map((issue) => issue.message).join('; ')
    faults.push(schema === secret ? { key, cure } : { key, value: text, cure })
    return [key, undefined]
  })
  return Object.fromEntries(entries) as SettingValues
}

const MISSING: Partial<Record<SettingName, string>> = {
  AUTH0_AUDIENCE:
    "is missing. Set it to this server's API identifier at the authorization server, for example http://localhost:3001/",
  MCP_AUTH0_CLIENT_ID: 'is missing. Set it to the client as which this server exchanges tokens',
  MCP_AUTH0_CLIENT_SECRET: "is missing. Set it to that client's secret",
  API_AUTH0_AUDIENCE:
    "is missing. Set it to the protected API's identifier at the authorization server, for example http://localhost:8787/",
  API_BASE_URL:
    'is missing. Set it to where the protected API is, for example http://localhost:8787',
}

function assemble(found: SettingValues, faults: ConfigFault[]): Config | undefined {
  const alreadyFaulty = new Set(faults.map((fault) => fault.key))
  for (const [key, cure] of Object.entries(MISSING)) {
    if (found[key as SettingName] === undefined && !alreadyFaulty.has(key)) {
      faults.push({ key, cure })
    }
  }
  const issuer = issuerOf(found, faults)
  const endpoint = endpointOf(found)
  assertConsistent(found, { issuer, endpoint }, faults)
  const { AUTH0_AUDIENCE, MCP_AUTH0_CLIENT_ID, MCP_AUTH0_CLIENT_SECRET } = found
  const { API_AUTH0_AUDIENCE, API_BASE_URL } = found
  if (issuer === undefined || AUTH0_AUDIENCE === undefined) return undefined
  if (MCP_AUTH0_CLIENT_ID === undefined || MCP_AUTH0_CLIENT_SECRET === undefined) return undefined
  if (API_AUTH0_AUDIENCE === undefined || API_BASE_URL === undefined) return undefined
  return {
    listen: { host: found.HOST ?? '127.0.0.1', port: found.PORT ?? 3001 },
    endpoint,
    resource: { identifier: AUTH0_AUDIENCE, baselineScopes: found.MCP_BASELINE_SCOPES ?? [] },
    issuer,
    exchange: {
      clientId: MCP_AUTH0_CLIENT_ID,
      clientSecret: MCP_AUTH0_CLIENT_SECRET,
      subjectTokenType: found.MCP_AUTH0_SUBJECT_TOKEN_TYPE,
      scopeCeiling: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter((scope) => !isIdentityScope(scope)),
      timeoutMs: found.EXCHANGE_TIMEOUT_MS ?? 5_000,
    },
    api: {
      audience: API_AUTH0_AUDIENCE,
      baseUrl: API_BASE_URL,
      timeoutMs: found.API_TIMEOUT_MS ?? 10_000,
    },
    logLevel: found.LOG_LEVEL ?? 'info',
  }
}

function issuerOf(found: SettingValues, faults: ConfigFault[]): string | undefined {
  const { AUTH0_DOMAIN, ISSUER_BASE_URL } = found
  if (AUTH0_DOMAIN !== undefined && ISSUER_BASE_URL !== undefined) {
    faults.push({
      key: 'ISSUER_BASE_URL',
      value: ISSUER_BASE_URL,
      cure: 'is set together with AUTH0_DOMAIN. Remove one of them',
    })
  }
  if (AUTH0_DOMAIN !== undefined) return `https://${AUTH0_DOMAIN}/`
  if (ISSUER_BASE_URL !== undefined) return ISSUER_BASE_URL
  if (!faults.some(({ key }) => key === 'AUTH0_DOMAIN' || key === 'ISSUER_BASE_URL')) {
    faults.push({
      key: 'AUTH0_DOMAIN',
      cure: "is missing. Set it to the tenant's domain, or ISSUER_BASE_URL to another authorization server",
    })
  }
  return undefined
}

function endpointOf(found: SettingValues): URL {
  const base = found.MCP_SERVER_URL ?? new URL(`http://localhost:${found.PORT ?? 3001}`)
  return new URL(`${base.href.replace(/\/+$/, '')}/mcp`)
}

interface Derived {
  readonly issuer: string | undefined
  readonly endpoint: URL
}

function assertConsistent(found: SettingValues, derived: Derived, faults: ConfigFault[]): void {
  const { AUTH0_AUDIENCE, API_AUTH0_AUDIENCE } = found
  if (AUTH0_AUDIENCE !== undefined && AUTH0_AUDIENCE === API_AUTH0_AUDIENCE) {
    faults.push({
      key: 'API_AUTH0_AUDIENCE',
      value: API_AUTH0_AUDIENCE,
      cure: 'is the same as AUTH0_AUDIENCE. The API needs an identifier of its own: a token must not be good for both',
    })
  }
  if (found.DANGEROUSLY_ALLOW_HTTP === 'true') return
  const urls: readonly (readonly [SettingName, URL | undefined])[] = [
    ['ISSUER_BASE_URL', derived.issuer === undefined ? undefined : new URL(derived.issuer)],
    ['API_BASE_URL', found.API_BASE_URL],
    ['MCP_SERVER_URL', derived.endpoint],
  ]
  for (const [key, url] of urls) {
    if (url === undefined || isHttpsOrLoopback(url)) continue
    faults.push({
      key,
      value: url.href,
      cure: 'must be https: over http, tokens would travel unencrypted. (DANGEROUSLY_ALLOW_HTTP=true permits it in a closed test network)',
    })
  }
}

/**
 * The environment of this process: a `.env` file in the working directory, overruled by `process.env`.
 *
 * The only place that reads either.
 */
export function readEnvironment(directory: string = process.cwd()): Environment {
  const path = `${directory}/.env`
  const file = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
  return { ...file, ...process.env }
}

function textOf(environment: Environment, key: string): string | undefined {
  const text = environment[key]?.trim()
  return text === undefined || text === '' ? undefined : text
}

function deepFreeze(config: Config): Config {
  for (const part of [config.listen, config.resource, config.exchange, config.api]) {
    Object.freeze(part)
  }
  return Object.freeze(config)
}
