/**
 * The operations of an OpenAPI document as tools: `mcp-on-behalf-of/openapi`. Importing it starts nothing and reads no
 * environment.
 *
 * @module mcp-on-behalf-of/openapi
 */

export { toolsFromOpenApi } from './openapi-tools/tools-from-openapi.js'
export {
  registerOpenApiTools,
  type RegisterOpenApiToolsOptions,
} from './openapi-tools/register-openapi-tools.js'
export { OpenApiDocumentError } from './openapi-tools/openapi-document-error.js'
export type {
  ConfirmLevel,
  CuratedHints,
  CuratedOperation,
  Exposure,
  OptionNames,
  ServerScopes,
  ToolsFromOpenApiOptions,
} from './openapi-tools/options.js'
export type {
  ExcludedCode,
  ExcludedFromTools,
  OpenApiReport,
  OpenApiTools,
  OpenApiToolsFault,
  OpenApiToolsFaultCode,
  ReportedArgument,
  ReportedTool,
} from './openapi-tools/openapi-tools.js'
export type { OpenApiFaultCode } from './openapi/faults.js'
export type { InputSchema } from './openapi/input-schemas.js'
export type { Json, JsonObject } from './openapi/json.js'
export type { OpenApiOverlay } from './openapi/overlays/overlay.js'
export type { ExclusionCode } from './openapi/operation.js'
export type { ScopesByMethod } from './openapi/security-types.js'
