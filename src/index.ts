/**
 * The public surface of `mcp-on-behalf-of`. Importing it starts nothing and reads no environment.
 *
 * @module mcp-on-behalf-of
 */

export type { AuditOptions } from './audit/audit.js'
export type {
  AuditRecord,
  CallsLeftOutRecord,
  ToolCallRecord,
} from './audit/audit-record-schema.js'
export {
  CALL_OUTCOMES,
  type ApiCall,
  type AuditDropped,
  type CallDecision,
  type CallEnded,
  type CallOutcome,
  type ExchangeEnded,
  type PolicyDecided,
  type ExchangeSource,
  type ObservedCall,
  type ObservedCaller,
  type ObservedRequest,
  type ObservedPolicy,
  type ObservedTool,
  type Observer,
  type RequestEnded,
  type RequestOutcome,
  type TokenVerified,
} from './observability/observer.js'
export type { TraceContextPolicy } from './observability/trace-context-policy.js'
export type { ExchangeSpan, TraceSpan } from './observability/tracing.js'
export { answerForms } from '../middleware/answer-forms.js'
export {
  authenticatedRequest,
  type AuthenticatedRequest,
} from '../middleware/authenticated-request.js'
export { endpointMethods } from '../middleware/endpoint-methods.js'
export {
  requireBearerAuth,
  type RequireBearerAuthOptions,
} from '../middleware/require-bearer-auth.js'
export { errorHandler, type ErrorHandlerOptions } from '../middleware/error-handler.js'
export {
  hostAndOriginValidation,
  type HostAndOriginValidationOptions,
} from '../middleware/host-and-origin-validation.js'
export { knownHosts, type KnownHostsOptions } from '../middleware/known-hosts.js'
export { limitTools, type ToolLimitOptions } from '../middleware/limit-tools.js'
export { limitConcurrency, type ConcurrencyLimitOptions } from '../middleware/limit-concurrency.js'
export {
  limitByAddress,
  limitByCaller,
  type CallerLimitOptions,
  type RateLimitOptions,
} from '../middleware/rate-limits.js'
export { formBody, jsonBody } from '../middleware/request-body.js'
export { requestContext } from '../middleware/request-context.js'
export { securityHeaders } from '../middleware/security-headers.js'
export { tokenExchange, type TokenExchangeOptions } from '../middleware/token-exchange.js'
export { toolScopes, type ToolScopesOptions } from '../middleware/tool-scopes.js'
export {
  confirmationPageRoute,
  type ConfirmationPageRouteOptions,
} from '../routes/confirmation-page.js'
export { homePageRoute, type HomePageOptions } from '../routes/home.js'
export { mcpRoute, type McpRoute, type McpRouteOptions } from '../routes/mcp.js'
export { protectedResourceMetadataRoute } from '../routes/protected-resource-metadata.js'
export {
  createConfirmation,
  type Confirmation,
  type ConfirmationOptions,
  type ConfirmedCall,
  type PageUse,
  type Unconfirmed,
} from './confirmation/confirmation.js'
export {
  createConfirmationPage,
  type ConfirmationPage,
  type ConfirmationPageOptions,
} from './confirmation/confirmation-page.js'
export type { ChallengeError } from './failures/challenge.js'
export { createMemoryStore, type MemoryStoreOptions } from './store/memory-store.js'
export { createRedisStore, type RedisStoreOptions } from './store/redis-store.js'
export type { SharedCounts, SharedState } from './store/shared-state.js'
export {
  StoreUnavailableError,
  type Listener,
  type ScriptCall,
  type SetOptions,
  type Store,
  type Unsubscribe,
} from './store/store.js'
export type { ScriptMemory, StoreScript } from './store/store-script.js'
export type { Clock, Timers } from './time/clock.js'
export type { Mount } from './mcp/mount.js'
export type { ToolHost } from './downstream/call-log.js'
export { downstreamOf, type DownstreamOptions } from './downstream/downstream-access.js'
export type {
  DownstreamApi,
  DownstreamClient,
  DownstreamContent,
} from './downstream/downstream-client.js'
export type {
  DownstreamBody,
  AnyPath,
  DownstreamMethod,
  DownstreamRequest,
  IdempotencyKey,
  LiteralPath,
  NamesIn,
  ParamsOf,
  QueryValues,
  RequestArguments,
  RequestOf,
  SafePath,
  TemplateRequest,
} from './downstream/downstream-request.js'
export {
  parsePathTemplate,
  type PathTemplate,
  type PathValue,
  type PathValues,
  type StyledPathValue,
  type StyledPiece,
} from './downstream/path-template.js'
export type { HttpLimits } from './limits/http-limits.js'
export type { ToolLimit, ToolLimits } from './limits/tool-limits.js'
export {
  FAILURE_CODES,
  FAILURE_REASONS,
  OnBehalfOfError,
  type FailureCode,
  type FailureDetails,
  type FailureReason,
  type FailureReasonGroup,
  type Outage,
} from './failures/errors.js'
export {
  createAuth0ApiClientExchanger,
  type ApiClientToken,
  type Auth0ApiClientExchangerOptions,
  type ExchangingApiClient,
} from './exchange/auth0-api-client-exchanger.js'
export { createAuth0Exchanger, type Auth0ExchangerOptions } from './exchange/auth0-exchanger.js'
export {
  createCachingExchanger,
  type CachingExchangerOptions,
} from './exchange/caching-exchanger.js'
export type { ClientAuthentication, AssertionAlgorithm } from './exchange/client-authentication.js'
export type { ClientAuthenticationSource } from './exchange/client-authentication-source.js'
export type { DelegationPolicy } from './exchange/delegation-policy.js'
export {
  createExchangePipeline,
  type ExchangePipelineOptions,
} from './exchange/exchange-pipeline.js'
export {
  createJwtBearerExchanger,
  type JwtBearerExchangerOptions,
} from './exchange/jwt-bearer-exchanger.js'
export type { ExchangeManner } from './exchange/exchange-manner.js'
export type { ExchangePlaces } from './exchange/exchange-place.js'
export type { ExchangeTarget, MannerSettings, ResolvedTarget } from './exchange/exchange-target.js'
export type { RateLimit } from './exchange/rate-limits.js'
export type { ExchangeRefusal, RefusalReader, RefusalVerdict } from './exchange/refusal-reader.js'
export { REJECTION_REASONS, type RejectionReason } from './exchange/rejection-reasons.js'
export {
  createResilientExchanger,
  type ResilientExchangerOptions,
} from './exchange/resilient-exchanger.js'
export {
  createRfc8693Exchanger,
  type Rfc8693ExchangerOptions,
} from './exchange/rfc8693-exchanger.js'
export {
  createSharedTokenCache,
  type SharedTokenCacheOptions,
} from './exchange/shared-token-cache.js'
export {
  createMemoryTokenCache,
  type CacheContext,
  type CacheEntry,
  type CacheOwner,
  type MemoryTokenCacheOptions,
  type TokenCache,
} from './exchange/token-cache.js'
export {
  createVerifyingExchanger,
  verifyExchangedToken,
  type ExchangedTokenExpectations,
} from './exchange/verify-exchanged-token.js'
export type {
  ExchangedToken,
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from './exchange/token-exchanger.js'
export type { ChallengeOptions } from './failures/failure-response.js'
export type { FailureRule, LogLevel } from './failures/failure-rule.js'
export { FAILURE_TABLE } from './failures/failure-table.js'
export {
  createOutgoingFetch,
  type ClientCertificate,
  type OutgoingFetch,
  type OutgoingFetchOptions,
  type OutgoingProxy,
} from './http/outgoing-fetch.js'
export { ProxyError } from './http/proxy-error.js'
export type { AccessTokenVerifier, VerificationRequest } from './identity/access-token-verifier.js'
export { authContextOf, type AuthContext } from './identity/auth-context.js'
export {
  createAuth0ApiClientVerifier,
  type Auth0ApiClientVerifierOptions,
  type VerifyingApiClient,
} from './identity/auth0-api-client-verifier.js'
export type { DpopReplayOptions } from './identity/dpop-replay-cache.js'
export type { HandlerContext } from './identity/handler-context.js'
export type { Delegation } from './identity/delegation.js'
export type { Binding } from './identity/token-claims.js'
export type { Caller, CallerPolicy, Claims, OwnCallerPolicy } from './identity/caller.js'
export type { ClaimProfile, ClaimSettings } from './identity/claim-profile.js'
export {
  IDENTITY_PROVIDER_NAMES,
  type IdentityProviderName,
} from './identity-providers/identity-provider.js'
export type { UserPolicy } from './identity/machine-token.js'
export type { PresentedCredentials } from './identity/credentials.js'
export type { Fetch } from './http/fetch-json.js'
export type { HomePageModel, HomePageTool } from './pages/home-page-model.js'
export {
  createIssuer,
  type Issuer,
  type IssuerOptions,
  type KeyLookup,
} from './identity/issuer-keys.js'
export type { IssuerMetadata } from './identity/issuer-metadata.js'
export {
  createJwtBearerVerifier,
  type JwtBearerVerifierOptions,
} from './identity/jwt-bearer-verifier.js'
export {
  CACHE_RESULTS,
  type CacheLookup,
  type CacheResult,
  STORE_OPERATIONS,
  STORE_OUTCOMES,
  type ExchangeGuardState,
  type PipelineObserver,
  type StoreState,
  type StoreUsed,
  type TokenRequestEnded,
  type TurnWaited,
  type WaitOutcome,
} from './observability/pipeline-observer.js'
export type { LoggedEvent, Logger } from './logging/logger.js'
export { onBehalfOf, type OnBehalfOf } from './on-behalf-of/on-behalf-of.js'
export type {
  ApiCallOptions,
  ExchangeSettings,
  OnBehalfOfOptions,
  OptionsNamingApis,
} from './on-behalf-of/options.js'
export {
  metadataUrl,
  type MetadataLocation,
  type ResourceDescription,
} from './http/protected-resource-metadata.js'
export { Secret } from './secret.js'
export { createSharedEventBus, type SharedEventBusOptions } from './sessions/shared-event-bus.js'
export type { SessionOwners } from './sessions/session-owners.js'
export type { SdkServer } from './sessions/mcp-session.js'
export type { McpSessionsOptions } from './sessions/mcp-sessions.js'
export { SessionRegistry, type SessionLimits } from './sessions/session-registry.js'
export type { SessionEndReason, SessionRegistryOptions } from './sessions/session-registry.js'
export type { SessionUse } from './sessions/session-registry.js'
export { createToolAccess, type AccessDecision, type ToolAccess } from './tools/access.js'
export type { CalledTool } from './tools/inner-call.js'
export type { ScopeHierarchy } from './tools/scope-hierarchy.js'
export { createClientList, type ClientList } from './identity/client-list.js'
export { securitySchemesOf, type SecurityScheme } from './tools/security-schemes.js'
export type { LockedTools } from './tools/locked-tools.js'
export { createScopeNames, type ScopeNames, type ScopeNamesOptions } from './tools/scope-names.js'
export { createToolRegistry, type ToolRegistry } from './tools/registry.js'
export { createCedarPolicy, type CedarPolicyOptions } from './policy/cedar-policy.js'
export { createOpaPolicy, type OpaPolicyOptions } from './policy/opa-policy.js'
export type { Policy, PolicyAnnotations, PolicyCall } from './policy/policy.js'
export type { PolicyCaller, PolicyDecision } from './policy/policy.js'
export type { AccessPolicy } from './tools/access-policy.js'
export type { GrantedAlternatives } from './tools/granted-alternatives.js'
export type {
  ConfirmRequirement,
  DownstreamRequirement,
  ToolAlternative,
  ToolRequirements,
} from './tools/tool.js'
