import { z } from 'zod'
import { AUDIT_OPTION } from '../audit/audit.js'
import { CLIENT_AUTHENTICATION_SHAPE } from '../exchange/client-authentication.js'
import { clientIssues } from '../exchange/client-issues.js'
import { CLIENT_CAPABILITY } from '../exchange/client-capability.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import { hostEntry } from '../http/host-entry.js'
import { originEntry } from '../http/origin-entry.js'
import { clientEntry } from '../identity/client-list.js'
import { isTemplate } from '../identity/issuer-metadata.js'
import { TEMPLATE_ISSUER } from '../identity/issuer-options.js'
import type { AccessPolicy } from '../tools/access-policy.js'
import { ACCESS_SHAPE } from '../tools/access.js'
import { API_CALL_SHAPE, apisOption } from '../tools/tool-exchange.js'
import { requirementsSchema, SCOPES_OPTION, toolsOption } from '../tools/tool-schema.js'
import { DELEGATION_SCHEMA } from '../exchange/delegation-policy.js'
import { TOOL_LIMITS_OPTION } from '../limits/tool-limits.js'
import type { HttpLimits } from '../limits/http-limits.js'
import { REVOCATION_OPTION } from '../revocation/revocation.js'
import { SESSIONS_OPTION } from '../sessions/session-owners.js'
import { SHARED_STATE_OPTION } from '../store/shared-state.js'
import { LOGGER_OPTION } from '../logging/logger.js'
import { OBSERVER_OPTION } from '../observability/observer-option.js'
import { TRACE_CONTEXT_POLICIES } from '../observability/trace-context-policy.js'
import { issuesTogether } from './option-issues.js'
import type {
  ApiCallOptions,
  ExchangeSettings,
  ListingServerOptions,
  OnBehalfOfOptions,
} from './options.js'
import { MANNER_SHAPE } from '../exchange/exchange-target.js'
import { IDENTITY_PROVIDER_NAMES } from '../identity-providers/identity-provider.js'
import { EXCHANGE_SHAPE } from '../exchange/exchange-pipeline.js'
import { STRICTNESS_SHAPE } from '../exchange/verify-exchanged-token.js'
import { CALLER_POLICY_SHAPE } from '../identity/caller.js'
import { optionValues } from '../options/option-values.js'
import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { withIssues, type Issue } from '../options/with-issues.js'
import { isScopeToken } from '../scopes.js'

const issuer = z
  .string('must be an issuer identifier, e.g. https://example.eu.auth0.com/')
  .refine((value) => URL.canParse(value) && /^https?:\/\//.test(value), 'must be a URL')
  .refine((value) => !isTemplate(value), TEMPLATE_ISSUER)
const documentUrl = z
  .string('must be the URL of a document')
  .refine((value) => URL.canParse(value) && /^https?:\/\//.test(value), 'must be a URL')
  .optional()
const issuers = z.array(issuer).min(1, 'must name at least one issuer')
const scopes = SCOPES_OPTION
const { flag, callable, httpUrl, text } = optionValues
const limit = optionValues.whole.optional()

const EXCHANGE = optionsSchema<ExchangeSettings>({
  ...EXCHANGE_SHAPE,
  ...STRICTNESS_SHAPE,
  ...MANNER_SHAPE,
  grant: optionValues.oneOf('token_exchange', 'jwt_bearer').optional(),
  clientCapabilities: z.array(CLIENT_CAPABILITY, 'must be a list of capabilities').optional(),
  issuer: issuer.optional(),
  fetch: callable.optional(),
  forwardClientAddress: flag.optional(),
})

const HTTP = optionsSchema<Partial<HttpLimits>>({
  allowedHosts: z.array(hostEntry).optional(),
  allowedOrigins: z.array(originEntry).optional(),
  rateLimitPerAddress: limit,
  publicRateLimitPerAddress: limit,
  publicConcurrency: optionValues.count.optional(),
  rateLimitPerCaller: limit,
  bodyBytesPerCaller: limit,
  concurrencyPerCaller: limit,
  toolLimits: TOOL_LIMITS_OPTION.optional(),
  maxBodyBytes: limit,
})

const ACCESS = optionsSchema<AccessPolicy>({
  ...ACCESS_SHAPE,
  scopeHierarchy: z.record(z.string(), scopes).optional(),
})

/** The options of `onBehalfOf`, behind which a server of the user's own lists the tools. */
const ACCESS_WITHOUT_LISTING = optionsSchema<NonNullable<OnBehalfOfOptions['access']>>({
  ...ACCESS.shape,
  lockedTools: z
    .undefined(
      'has no effect here, for your MCP server lists its tools itself. Give lockedTools to createToolAccess, and list the tools that its visibleTo(caller) returns',
    )
    .optional(),
})

const CALLER_POLICY = optionsSchema<NonNullable<OnBehalfOfOptions['callerPolicy']>>({
  ...CALLER_POLICY_SHAPE,
  scopePrefix: z
    .string('must be a text')
    .refine(isScopeToken, 'must be the beginning of a scope, without spaces or quotes')
    .optional(),
})

const CLIENT = withIssues(
  optionsSchema<OnBehalfOfOptions['client']>({
    ...CLIENT_AUTHENTICATION_SHAPE,
    id: text("our client's id at the authorization server"),
    authentication: z.unknown().optional(),
    exchanger: z.unknown().optional(),
  }),
  exchangingClientIssues,
)

/** The options that every server in front of APIs has, whether it is mounted or stands alone. */
export const SERVER_SHAPE = {
  endpoint: httpUrl,
  resource: text('the resource identifier').optional(),
  metadataLocation: z.enum(['host', 'path'], 'must be host or path').optional(),
  issuer: z.union([issuer, issuers], 'must be an issuer identifier, or a list of them'),
  identityProvider: optionValues.oneOf(...IDENTITY_PROVIDER_NAMES).optional(),
  allowedTenants: optionValues.texts('the id of a tenant').optional(),
  metadataUrl: documentUrl,
  jwksUrl: documentUrl,
  keysStaleMs: optionValues.milliseconds.optional(),
  client: CLIENT,
  apis: apisOption('apiCalls'),
  tools: toolsOption(requirementsSchema()),
  baselineScopes: scopes.optional(),
  log: LOGGER_OPTION.optional(),
  observer: OBSERVER_OPTION.optional(),
  audit: AUDIT_OPTION.optional(),
  traceContext: optionValues.oneOf(...TRACE_CONTEXT_POLICIES).optional(),
  policy: callable.optional(),
  policyTimeoutMs: optionValues.milliseconds.max(60_000, 'must be at most a minute').optional(),
  access: ACCESS.optional(),
  tokenAudience: text('the audience of the tokens for this server').optional(),
  toleratedAudiences: z.array(text('an audience'), 'must be a list of audiences').optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  verifiedTokenCacheEntries: optionValues.whole.optional(),
  callerPolicy: CALLER_POLICY.optional(),
  challengeResultClients: z.array(clientEntry, 'must be a list of client ids').optional(),
  structuredDenials: flag.optional(),
  delegation: DELEGATION_SCHEMA.optional(),
  shared: SHARED_STATE_OPTION.optional(),
  revocation: REVOCATION_OPTION.optional(),
  http: HTTP.optional(),
  exchange: EXCHANGE.optional(),
  apiCalls: optionsSchema<ApiCallOptions>(API_CALL_SHAPE).optional(),
  fetch: callable.optional(),
  dangerouslyShareClientSecret: flag.optional(),
  dangerouslyAllowHttp: flag.optional(),
} satisfies OptionsShape<Omit<ListingServerOptions, 'sessions' | 'undeclaredTools'>>

const OPTIONS = withIssues(
  optionsSchema<OnBehalfOfOptions>({
    ...SERVER_SHAPE,
    access: ACCESS_WITHOUT_LISTING.optional(),
    undeclaredTools: optionValues.oneOf('refuse', 'allow').optional(),
    sessions: SESSIONS_OPTION.optional(),
  }),
  issuesTogether,
)

/** Throws a `TypeError` that names every issue of the options of `onBehalfOf`. */
export function assertOnBehalfOfOptions(options: OnBehalfOfOptions): void {
  assertOptions('onBehalfOf', OPTIONS, options)
}

function exchangingClientIssues(client: unknown): readonly Issue[] {
  if (typeof client !== 'object' || client === null) return []
  const given = client as Readonly<Record<string, unknown>>
  const { exchanger } = given
  if (exchanger !== undefined) {
    const exchanges = typeof (exchanger as Partial<TokenExchanger>).exchange === 'function'
    return exchanges ? [] : [{ path: ['exchanger'], message: 'must have an exchange function' }]
  }
  return clientIssues(given, 'a secret, a method, an authentication or an exchanger')
}
