import { z } from 'zod'
import { secretIssue } from '../exchange/client-authentication.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import { hostEntry } from '../http/host-entry.js'
import { originEntry } from '../http/origin-entry.js'
import { isTemplate } from '../identity/issuer-metadata.js'
import { TEMPLATE_ISSUER } from '../identity/issuer-options.js'
import type { AccessPolicy } from '../tools/access.js'
import type { DelegationPolicy } from '../exchange/delegation-policy.js'
import type { HttpLimits } from '../limits/http-limits.js'
import type { SessionOwners } from '../sessions/session-owners.js'
import { LOGGER_OPTION } from '../logging/logger.js'
import { issuesTogether } from './option-issues.js'
import type { ApiCallOptions, ExchangeSettings, OnBehalfOfOptions } from './options.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { isScopeToken } from '../scopes.js'

const named = (what: string) => z.string(`must be ${what}`).min(1, `must be ${what}`)
const url = z
  .instanceof(URL, { error: 'must be a URL' })
  .refine((value) => /^https?:$/.test(value.protocol), 'must start with https://')
  .refine(
    ({ username, password, search, hash }) => username + password + search + hash === '',
    'must have no user name, password, query or fragment',
  )
const issuer = z
  .string('must be an issuer identifier, e.g. https://example.eu.auth0.com/')
  .refine((value) => URL.canParse(value) && /^https?:\/\//.test(value), 'must be a URL')
  .refine((value) => !isTemplate(value), TEMPLATE_ISSUER)
const documentUrl = z
  .string('must be the URL of a document')
  .refine((value) => URL.canParse(value) && /^https?:\/\//.test(value), 'must be a URL')
  .optional()
const issuers = z.array(issuer).min(1, 'must name at least one issuer')
const scopes = z.array(
  z.string().refine(isScopeToken, 'must be one scope, without spaces, quotes or backslashes'),
  'must be a list of scopes',
)
const whole = z.int('must be a whole number').min(0, 'must not be negative').optional()
const places = z.int('must be a whole number').positive('must be positive').optional()
const some = z.looseObject({}).optional()
const milliseconds = z.number().positive('must be a number of milliseconds').optional()
const claimName = named('the name of a claim')
const flag = z.boolean('must be true or false').optional()
const callable = z.custom((value) => typeof value === 'function', 'must be a function').optional()

const EXCHANGE = optionsSchema<ExchangeSettings>({
  cache: some,
  cacheEntries: places,
  caching: some,
  resilience: some,
  timeoutMs: milliseconds,
  ratePerSecond: z.number().positive('must be a number of exchanges a second').optional(),
  issuer: issuer.optional(),
  actor: named('the name of this server in act.sub').optional(),
  requireActor: flag,
  dangerouslyAllowOpaqueTokens: flag,
  dangerouslyAllowUnboundDowngrade: flag,
  fetch: callable,
  subjectTokenType: z.string().min(1, 'must be a URI').optional(),
  forwardClientAddress: flag,
})

const HTTP = optionsSchema<Partial<HttpLimits>>({
  allowedHosts: z.array(hostEntry).optional(),
  allowedOrigins: z.array(originEntry).optional(),
  rateLimitPerAddress: whole,
  rateLimitPerCaller: whole,
  bodyBytesPerCaller: whole,
  concurrencyPerCaller: whole,
  maxBodyBytes: whole,
})

const ACCESS = optionsSchema<AccessPolicy>({
  authorizationClaims: z.enum(['both', 'scope', 'permissions']).optional(),
  scopeHierarchy: z.record(z.string(), scopes).optional(),
  lockedTools: z.enum(['hide', 'show']).optional(),
  stepUpScopes: z.enum(['union', 'required', 'none']).optional(),
})

const CALLER_POLICY = optionsSchema<NonNullable<OnBehalfOfOptions['callerPolicy']>>({
  dangerouslyAllowMachineTokens: flag,
  userClaim: claimName.optional(),
  isMachine: callable,
  scopeClaim: claimName.optional(),
  scopePrefix: z
    .string('must be a text')
    .refine(isScopeToken, 'must be the beginning of a scope, without spaces or quotes')
    .optional(),
})

const API_CALLS = optionsSchema<ApiCallOptions>({
  fetch: callable,
  timeoutMs: milliseconds,
  maxBytes: z.number().positive('must be a number of bytes').optional(),
  connections: places,
  concurrencyPerUser: places,
})

const OPTIONS = optionsSchema<OnBehalfOfOptions>({
  endpoint: url,
  resource: named('the resource identifier').optional(),
  metadataLocation: z.enum(['host', 'path'], 'must be host or path').optional(),
  issuer: z.union([issuer, issuers], 'must be an issuer identifier, or a list of them'),
  metadataUrl: documentUrl,
  jwksUrl: documentUrl,
  keysStaleMs: milliseconds,
  client: z
    .looseObject({ id: named("our client's id at the authorization server") })
    .superRefine((client, context) => {
      const issue = clientIssue(client)
      if (issue !== undefined) context.addIssue({ code: 'custom', ...issue })
    }),
  apis: z.record(
    z.string(),
    z.looseObject({
      audience: named("the API's identifier at the authorization server"),
      baseUrl: url,
    }),
  ),
  tools: z.array(
    z.looseObject({
      name: named('the name of the tool'),
      requiredScopes: scopes,
      downstream: z.looseObject({ api: z.string(), scopes, stepUp: scopes.optional() }).optional(),
    }),
  ),
  undeclaredTools: z.enum(['refuse', 'allow'], "must be 'refuse' or 'allow'").optional(),
  baselineScopes: scopes,
  log: LOGGER_OPTION.optional(),
  access: ACCESS.optional(),
  tokenAudience: named('the audience of the tokens for this server').optional(),
  toleratedAudiences: z.array(named('an audience'), 'must be a list of audiences').optional(),
  clockToleranceSeconds: z
    .number('must be a number of seconds')
    .min(0, 'must not be negative')
    .max(60, 'must be at most 60')
    .optional(),
  callerPolicy: CALLER_POLICY.optional(),
  delegation: optionsSchema<DelegationPolicy>({
    maxDepth: whole,
    allowedActors: z.array(z.string()).optional(),
    authorize: callable,
  }).optional(),
  sessions: z
    .custom(
      (value) =>
        typeof value === 'boolean' ||
        typeof (value as Partial<SessionOwners> | null)?.assertOwned === 'function',
      'must be true, false, or the sessions: mcpRoute().sessions or a SessionRegistry',
    )
    .optional(),
  http: HTTP.optional(),
  exchange: EXCHANGE.optional(),
  apiCalls: API_CALLS.optional(),
  fetch: callable,
  dangerouslyShareClientSecret: flag,
  dangerouslyAllowHttp: flag,
}).superRefine(
  (options, context) => {
    for (const { path, message } of issuesTogether(options)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  },
  // Also where something is wrong already: all issues are named at once.
  { when: () => true },
)

/** Throws a `TypeError` that names every issue of the options of `onBehalfOf`. */
export function assertOnBehalfOfOptions(options: OnBehalfOfOptions): void {
  assertOptions('onBehalfOf', OPTIONS, options)
}

function clientIssue(
  client: Readonly<Record<string, unknown>>,
): { path: string[]; message: string } | undefined {
  const { secret, method, privateKey, exchanger } = client
  if (exchanger !== undefined) {
    const exchanges = typeof (exchanger as Partial<TokenExchanger>).exchange === 'function'
    return exchanges
      ? undefined
      : { path: ['exchanger'], message: 'must have an exchange function' }
  }
  if (method === 'tls_client_auth') return undefined
  const [name, given] =
    method === 'private_key_jwt' ? ['privateKey', privateKey] : ['secret', secret]
  if (name === 'secret' && given === undefined) {
    return { path: [], message: 'must have a secret, a method or an exchanger' }
  }
  const message = secretIssue(given)
  return message === undefined ? undefined : { path: [name], message }
}
