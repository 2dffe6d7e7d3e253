import { resolve } from 'node:path'
import {
  API_OF_SETTINGS,
  apisOfFile,
  isUrl,
  openApiOfSettings,
} from '../../src/config/apis-config.js'
import type { ApiConfig, OpenApiConfig } from '../../src/config/api-config.js'
import { ConfigError, readSettings, type ConfigIssue } from '../../src/config/config.js'
import { CONFIG_FILE, readConfigFile } from '../../src/config/config-file.js'
import { endpointOf } from '../../src/config/consistency.js'
import { outgoingOf, type OutgoingConfig } from '../../src/config/outgoing-config.js'
import { parseSettings, type Environment } from '../../src/config/parse-settings.js'
import type { CompleteSettings, SettingValues } from '../../src/config/settings.js'
import { isIdentityScope } from '../../src/scopes.js'
import type { AccessPolicy } from '../../src/tools/access-policy.js'
import { UsageError } from '../usage-error.js'
import { OPTION_FOR, type ToolsOptions } from './options.js'

/** One document that is shown. */
export interface ToolsSource {
  readonly api: string
  readonly names: ApiConfig['names']
  /** `undefined`: not known, so nothing is compared with it. */
  readonly baseUrl: URL | undefined
  readonly openapi: OpenApiConfig
}

/** The documents, and what of the other settings counts for them. */
export interface ToolsSources {
  readonly sources: readonly ToolsSource[]
  readonly outgoing: OutgoingConfig
  readonly endpoint: URL
  readonly access: AccessPolicy
  readonly baselineScopes: readonly string[] | undefined
  /** The most that an exchange may ask for. */
  readonly ceiling: readonly string[] | undefined
}

/** Settings that have nothing to do with documents; a fault in one is for the server to tell. */
const CONCERNS =
  /^(?:OPENAPI_|API_BASE_URL$|CONFIG_PATH$|HTTPS?_PROXY|NO_PROXY|CA_CERT|MCP_BASELINE_|SCOPE_HIERARCHY$|AUTHORIZATION_CLAIMS$|LOCKED_TOOLS$|MCP_AUTH0_EXCHANGE_SCOPE$)/i

/**
 * Finds the documents that the options name, or the settings. Throws a `UsageError` for options that cannot be used or name
 * nothing, and a `ConfigError` for settings and configuration files that cannot.
 */
export function toolsSources(options: ToolsOptions, directory: string): ToolsSources {
  const { environment } = readSettings(directory)
  const issues: ConfigIssue[] = []
  const found = parseSettings({ ...environment, ...options.settings }, issues)
  const concerning = issues.filter(({ key }) => CONCERNS.test(key))
  assertOptionsUsable(concerning, options)
  const sources = sourcesOf(found, { options, environment, directory, issues: concerning })
  if (concerning.length > 0) throw new ConfigError(concerning)
  const chosen = sources.filter(({ api }) => options.api === undefined || api === options.api)
  if (chosen.length === 0) throw noDocument(options, sources)
  return {
    sources: chosen,
    // Sound: those have fallbacks, or may be absent.
    outgoing: outgoingOf(found as CompleteSettings),
    endpoint: endpointOf(found),
    access: {
      authorizationClaims: found.AUTHORIZATION_CLAIMS,
      scopeHierarchy: found.SCOPE_HIERARCHY,
      lockedTools: found.LOCKED_TOOLS ?? 'show',
    },
    baselineScopes: found.MCP_BASELINE_SCOPES,
    ceiling: found.MCP_AUTH0_EXCHANGE_SCOPE?.filter((scope) => !isIdentityScope(scope)),
  }
}

interface Places {
  readonly options: ToolsOptions
  readonly environment: Environment
  readonly directory: string
  readonly issues: ConfigIssue[]
}

function sourcesOf(
  found: SettingValues,
  { options, environment, directory, issues }: Places,
): readonly ToolsSource[] {
  const ofSettings = options.config === undefined ? sourceOfSettings(found, directory) : []
  if (options.settings['OPENAPI_DOCUMENT'] !== undefined) return ofSettings
  const file =
    options.config === undefined
      ? environment[CONFIG_FILE]
      : readConfigFile(directory, options.config)
  const ofFile = file === undefined ? {} : (apisOfFile(file, issues) ?? {})
  return [
    ...ofSettings,
    ...Object.entries(ofFile).flatMap(([api, { openapi, names, baseUrl }]) =>
      openapi === undefined ? [] : [{ api, names, baseUrl, openapi }],
    ),
  ].sort((a, b) => (a.api < b.api ? -1 : 1))
}

function sourceOfSettings(found: SettingValues, directory: string): readonly ToolsSource[] {
  const openapi = openApiOfSettings(found)
  if (openapi === undefined) return []
  const { curation, document, overlays } = openapi
  const names = {
    api: 'OPENAPI_DOCUMENT',
    audience: 'API_AUTH0_AUDIENCE',
    baseUrl: 'API_BASE_URL',
    exchange: 'API_AUTH0_AUDIENCE',
  }
  const located = {
    ...openapi,
    document: isUrl(document) ? document : resolve(directory, document),
    overlays: overlays?.map((one) => (isUrl(one) ? one : resolve(directory, one))),
    curation: typeof curation === 'string' ? resolve(directory, curation) : curation,
  }
  return [{ api: API_OF_SETTINGS, names, baseUrl: found.API_BASE_URL, openapi: located }]
}

function assertOptionsUsable(issues: readonly ConfigIssue[], { settings }: ToolsOptions): void {
  const [issue] = issues.filter(({ key }) => Object.hasOwn(settings, key))
  if (issue !== undefined)
    throw new UsageError(`${OPTION_FOR[issue.key] ?? issue.key} ${issue.hint}.`)
}

function noDocument({ api }: ToolsOptions, sources: readonly ToolsSource[]): UsageError {
  if (sources.length === 0) {
    return new UsageError('There is no OpenAPI document. Name one by --openapi.')
  }
  const known = sources.map((one) => one.api).join(', ')
  return new UsageError(
    api === undefined ? 'Name an API by --api.' : `--api has to be one of ${known}.`,
  )
}
