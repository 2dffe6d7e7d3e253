/**
 * The standalone server as parts, for a process of one's own: `mcp-on-behalf-of/server`. Importing it starts
 * nothing and reads no environment; `readEnvironment` does when it is called.
 *
 * @module mcp-on-behalf-of/server
 */

export { createApp, type App, type AppOptions } from './server/app.js'
export type { ConfirmationPageSettings } from './server/confirmation-pages.js'
export type { SharedSignalsSettings, SignOutSettings } from './server/sign-out.js'
export type { ToolsReload } from './server/reloaded-tools.js'
export { composeServer, type ComposedServer, type ComposeOptions } from './server/from-config.js'
export {
  ConfigError,
  isUnconfigured,
  parseConfig,
  readEnvironment,
  type Config,
  type ConfigIssue,
  type Environment,
} from './config/config.js'
export type { AuditConfig } from './config/audit-config.js'
export type { ConfirmationConfig, ConfirmationPageConfig } from './config/confirmation-config.js'
export type { MetricsConfig } from './config/metrics-config.js'
export type { ExchangeConfig } from './config/exchange-config.js'
export type { ApiConfig, ApiNames, OpenApiConfig } from './config/api-config.js'
export type { IdentityProviderConfig } from './config/identity-provider-config.js'
export type { OutgoingConfig } from './config/outgoing-config.js'
export type { PolicyConfig } from './config/policy-config.js'
export type { SharedSignalsConfig, SignOutConfig } from './config/sign-out-config.js'
export type { StoreAddress } from './config/store-address.js'
export type { StoreConfig } from './config/store-config.js'
export type { ResourceConfig } from './config/token-config.js'
export { NOT_READY_REASONS, type NotReadyReason } from './http/readiness.js'
export type { HttpLimits } from './limits/http-limits.js'
export { createProcessLog, type ProcessLogOptions } from './server/process-log.js'
export { serve, type ListeningServer, type ServeOptions } from './server/serve.js'
export type { TenantIssuers } from './identity-providers/issuers-of-tenants.js'
export { createToolRegistry, type ToolRegistry } from './tools/registry.js'
export { defineTool } from './tools/define-tool.js'
export { requireCaller } from './tools/require-caller.js'
export type {
  CallingTool,
  ContentTool,
  DownstreamTool,
  DownstreamToolContext,
  LocalTool,
  PublicTool,
  PublicToolContext,
  Tool,
  ToolContent,
  ToolContext,
  ToolSchema,
  ValueOf,
} from './tools/tool.js'
