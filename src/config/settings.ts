import type { z } from 'zod'
import { ACCESS_SETTINGS } from './access-settings.js'
import { AUDIT_SETTINGS } from './audit-settings.js'
import { CLIENT_SETTINGS } from './client-settings.js'
import { CONFIRMATION_SETTINGS } from './confirmation-settings.js'
import { HTTP_SETTINGS } from './http-settings.js'
import { METRICS_SETTINGS } from './metrics-settings.js'
import { EXCHANGE_SETTINGS } from './exchange-settings.js'
import { IDENTITY_PROVIDER_SETTINGS } from './identity-provider-settings.js'
import { ISSUER_SETTINGS } from './issuer-settings.js'
import { MANNER_SETTINGS } from './manner-settings.js'
import { OPENAPI_SETTINGS } from './openapi-settings.js'
import { OUTGOING_SETTINGS } from './outgoing-settings.js'
import { POLICY_SETTINGS } from './policy-settings.js'
import { SESSION_SETTINGS } from './session-settings.js'
import { STORE_SETTINGS } from './store-settings.js'
import { TOKEN_SETTINGS } from './token-settings.js'
import { TRACE_SETTINGS } from './trace-settings.js'

/** Every variable that is read, in the order of the documentation. The names are those of Auth0's quickstart. */
export const SETTINGS = {
  ...ISSUER_SETTINGS,
  ...IDENTITY_PROVIDER_SETTINGS,
  ...TOKEN_SETTINGS,
  ...EXCHANGE_SETTINGS,
  ...MANNER_SETTINGS,
  ...OPENAPI_SETTINGS,
  ...OUTGOING_SETTINGS,
  ...ACCESS_SETTINGS,
  ...CLIENT_SETTINGS,
  ...CONFIRMATION_SETTINGS,
  ...POLICY_SETTINGS,
  ...SESSION_SETTINGS,
  ...STORE_SETTINGS,
  ...HTTP_SETTINGS,
  ...AUDIT_SETTINGS,
  ...METRICS_SETTINGS,
  ...TRACE_SETTINGS,
} as const

export type SettingName = keyof typeof SETTINGS

/** The settings as values; `undefined` for what is absent or faulty. */
export type SettingValues = {
  readonly [K in SettingName]: z.output<(typeof SETTINGS)[K]['schema']> | undefined
}

type Optional =
  | 'AUTH0_DOMAIN'
  | 'ISSUER_BASE_URL'
  | 'ISSUER_METADATA_URL'
  | 'JWKS_URL'
  | 'MCP_SERVER_URL'
  | 'TOKEN_AUDIENCE'
  | 'USER_CLAIM'
  | 'SCOPE_CLAIM'
  | 'SCOPE_PREFIX'
  | 'EXCHANGE_ISSUER'
  | 'EXCHANGE_ACTOR'
  | 'MCP_AUTH0_SUBJECT_TOKEN_TYPE'
  | 'MCP_AUTH0_EXCHANGE_SCOPE'
  | 'MCP_AUTH0_CLIENT_SECRET'
  | 'MCP_AUTH0_CLIENT_PRIVATE_KEY'
  | 'MCP_AUTH0_CLIENT_KEY_ID'
  | 'MCP_AUTH0_CLIENT_CERTIFICATE'
  | 'API_CONCURRENCY_PER_USER'
  | 'MCP_BASELINE_SCOPES'
  | 'LOCKED_TOOLS'
  | 'API_AUTH0_AUDIENCE'
  | 'API_BASE_URL'
  | 'API_PROBLEMS'
  | keyof typeof OPENAPI_SETTINGS
  | keyof typeof MANNER_SETTINGS
  | 'SUBJECT_CLAIMS'
  | 'CLIENT_CLAIM'
  | 'AUDIT_PSEUDONYM_KEY'
  | 'CONFIRMATION_KEYS'
  | 'CONFIRMATION_CLIENT_ID'
  | 'CONFIRMATION_CLIENT_SECRET'
  | 'POLICY_URL'
  | 'POLICY_TOKEN'
  | 'POLICY_FILE'
  | 'STORE_URL'
  | 'STORE_PASSWORD'
  | 'STORE_SENTINEL_PASSWORD'
  | 'STORE_KEY'
  | 'INSTANCES'
  | 'METRICS_PORT'
  | 'HTTP_PROXY'
  | 'HTTPS_PROXY'

/** The settings once nothing is found wrong with them: all there but for those that may be absent. */
export type CompleteSettings = {
  readonly [K in SettingName]: K extends Optional
    ? SettingValues[K]
    : Exclude<SettingValues[K], undefined>
}
