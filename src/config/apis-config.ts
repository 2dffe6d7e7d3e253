import { dirname, isAbsolute, resolve } from 'node:path'
import type { ApiConfig, OpenApiConfig } from './api-config.js'
import type { ConfigIssue } from './config-error.js'
import type { ConfigFileRead } from './config-file.js'
import { exchangeOfSettings } from './exchange-config.js'
import { CONFIG_FILE_SCHEMA, type ConfigFileApi } from './config-file-schema.js'
import type { OPENAPI_SETTINGS } from './openapi-settings.js'
import type { SettingName, SettingValues } from './settings.js'
import { checkedStructure, placed } from './structure-issues.js'
import { parseYamlText } from './yaml-text.js'

/** The name of the API that the settings describe. */
export const API_OF_SETTINGS = 'api'

const ABOUT_API: readonly SettingName[] = ['API_AUTH0_AUDIENCE', 'API_BASE_URL', 'API_PROBLEMS']
const ABOUT_DOCUMENT: readonly (keyof typeof OPENAPI_SETTINGS)[] = [
  'OPENAPI_DOCUMENT',
  'OPENAPI_OVERLAYS',
  'OPENAPI_OPERATIONS',
  'OPENAPI_CURATION',
  'OPENAPI_SERVER_SCOPES',
  'OPENAPI_SCOPES_MISSING',
  'OPENAPI_OPTIONAL_SECURITY',
  'OPENAPI_IDEMPOTENCY',
  'OPENAPI_ANSWER_BYTES',
  'OPENAPI_CONFIRM',
  'OPENAPI_MAX_TOOLS',
  'OPENAPI_EXPOSE',
  'OPENAPI_RELOAD_SECONDS',
]

/** What the configuration file says, or `undefined` where it says nothing that can be used; adds to `issues`. */
export function apisOfFile(
  read: ConfigFileRead,
  issues: ConfigIssue[],
): Readonly<Record<string, ApiConfig>> | undefined {
  const parsed = parseYamlText(read.text)
  const content = checkedStructure(CONFIG_FILE_SCHEMA, parsed, { name: read.name, issues })
  if (content === undefined) return undefined
  const directory = dirname(read.path)
  return Object.fromEntries(
    Object.entries(content.apis).map(([name, api]) => {
      const place = (...keys: readonly string[]): string => {
        const path = ['apis', name, ...keys]
        return `${placed(read.name, parsed.lineOf(path))}, ${path.join('.')}`
      }
      return [name, apiOfFile(api, directory, place)]
    }),
  )
}

function apiOfFile(
  api: ConfigFileApi,
  directory: string,
  place: (...keys: readonly string[]) => string,
): ApiConfig {
  const { audience, baseUrl, exchange, problems = false, ...described } = api
  const { document, overlays, curation, toolPrefix, ...rest } = described
  return {
    audience,
    baseUrl,
    exchange,
    problems,
    names: {
      api: place(),
      audience: place('audience'),
      baseUrl: place('baseUrl'),
      exchange: place('exchange'),
    },
    openapi:
      document === undefined
        ? undefined
        : {
            ...rest,
            document: below(directory, document),
            documentName: documentName(document),
            overlays: overlays?.map((one) => below(directory, one)),
            curation: typeof curation === 'string' ? below(directory, curation) : curation,
            toolPrefix,
            optionNames: {
              overlays: place('overlays'),
              operations: place('operations'),
              curation: place('curation'),
              serverScopes: place('serverScopes'),
              scopesMissing: place('scopesMissing'),
              baseUrl: place('baseUrl'),
              idempotency: place('idempotency'),
              maxTools: place('maxTools'),
              expose: place('expose'),
            },
          },
  }
}

/** A path as the file means it; a URL as it is. */
function below(directory: string, location: string): string {
  return isUrl(location) || isAbsolute(location) ? location : resolve(directory, location)
}

/** How messages name a document: without a query, which may hold a key. */
export function documentName(location: string): string {
  return isUrl(location) ? location.replace(/[?#].*$/s, '') : location
}

/** Whether the location of a document is a URL. */
export function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location)
}

/** The API that the settings describe, once they are complete. */
export function apiOfSettings(found: SettingValues): ApiConfig | undefined {
  const { API_AUTH0_AUDIENCE: audience, API_BASE_URL: baseUrl } = found
  if (audience === undefined || baseUrl === undefined) return undefined
  return {
    audience,
    baseUrl,
    exchange: exchangeOfSettings(found),
    problems: found.API_PROBLEMS === 'on',
    names: {
      api: 'OPENAPI_DOCUMENT',
      audience: 'API_AUTH0_AUDIENCE',
      baseUrl: 'API_BASE_URL',
      exchange: 'API_AUTH0_AUDIENCE',
    },
    openapi: openApiOfSettings(found),
  }
}

/** What the settings say of an OpenAPI document; `undefined` without one. */
export function openApiOfSettings(found: SettingValues): OpenApiConfig | undefined {
  const { OPENAPI_DOCUMENT: document } = found
  if (document === undefined) return undefined
  return {
    document,
    documentName: documentName(document),
    overlays: found.OPENAPI_OVERLAYS,
    operations: found.OPENAPI_OPERATIONS,
    curation: found.OPENAPI_CURATION,
    serverScopes: found.OPENAPI_SERVER_SCOPES,
    scopesMissing: found.OPENAPI_SCOPES_MISSING,
    optionalSecurity: found.OPENAPI_OPTIONAL_SECURITY,
    idempotency: found.OPENAPI_IDEMPOTENCY,
    answerBytes: found.OPENAPI_ANSWER_BYTES,
    confirm: found.OPENAPI_CONFIRM,
    maxTools: found.OPENAPI_MAX_TOOLS,
    expose: found.OPENAPI_EXPOSE,
    reloadSeconds: found.OPENAPI_RELOAD_SECONDS,
    toolPrefix: undefined,
    optionNames: {
      overlays: 'OPENAPI_OVERLAYS',
      operations: 'OPENAPI_OPERATIONS',
      curation: 'OPENAPI_CURATION',
      serverScopes: 'OPENAPI_SERVER_SCOPES',
      scopesMissing: 'OPENAPI_SCOPES_MISSING',
      baseUrl: 'API_BASE_URL',
      idempotency: 'OPENAPI_IDEMPOTENCY',
      maxTools: 'OPENAPI_MAX_TOOLS',
      expose: 'OPENAPI_EXPOSE',
    },
  }
}

/** Which settings there are, and which of them are faulty already. */
export interface SetSettings {
  readonly isSet: (name: SettingName) => boolean
  readonly isFaulty: (name: SettingName) => boolean
}

/** Whether the settings describe an API: always, where no configuration file does. */
export function settingsDescribeApi(
  isSet: (name: SettingName) => boolean,
  ofFile: Readonly<Record<string, ApiConfig>> | undefined,
): boolean {
  return ofFile === undefined || [...ABOUT_API, ...ABOUT_DOCUMENT].some(isSet)
}

/** An API that is described in both places, and settings that say something of no document. */
export function apiIssues(
  { isSet, isFaulty }: SetSettings,
  ofFile: Readonly<Record<string, ApiConfig>> | undefined,
): readonly ConfigIssue[] {
  const twice = ofFile?.[API_OF_SETTINGS]
  const doubled =
    twice === undefined
      ? []
      : [...ABOUT_API, ...ABOUT_DOCUMENT].filter(isSet).map((key) => ({
          key,
          hint: `is set, and describes the API "${API_OF_SETTINGS}", which the configuration file describes too (${twice.names.api}). Remove one of them, or give the API in the file another name`,
        }))
  if (doubled.length > 0 || isSet('OPENAPI_DOCUMENT')) return doubled
  return ABOUT_DOCUMENT.filter((key) => isSet(key) && !isFaulty(key)).map((key) => ({
    key,
    hint:
      ofFile === undefined
        ? 'is about an OpenAPI document, and there is none. Set OPENAPI_DOCUMENT, or remove it'
        : `is about the API "${API_OF_SETTINGS}" of the settings, for which OPENAPI_DOCUMENT names no document. What is said of APIs in the configuration file stands there`,
  }))
}
