import { z } from 'zod'
import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Request, RequestHandler } from 'express'
import type { AccessTokenVerifier } from '../src/identity/access-token-verifier.js'
import { createAuthInfo } from '../src/identity/auth-context.js'
import {
  CALLER_POLICY_SHAPE,
  callerFromClaims,
  type Caller,
  type CallerPolicy,
  type Claims,
} from '../src/identity/caller.js'
import { distinctHeaders, removeRawHeader } from '../src/http/raw-headers.js'
import { parseCredentials, type PresentedCredentials } from '../src/identity/credentials.js'
import { asOnBehalfOfError } from '../src/failures/errors.js'
import { observeAuthInfo } from '../src/observability/observation-of.js'
import type { RequestObservation } from '../src/observability/request-observation.js'
import { CHALLENGE_SHAPE, type ChallengeOptions } from '../src/failures/failure-response.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import type { Revocation } from '../src/revocation/revocation.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** What `requireBearerAuth` needs: the verifier, and who this server is. */
export interface RequireBearerAuthOptions extends ChallengeOptions {
  readonly verifier: AccessTokenVerifier
  /** This server's resource identifier (RFC 8707). */
  readonly resource: string
  /** The public URL of the MCP endpoint, which a DPoP proof has to name. */
  readonly endpoint: URL
  readonly callerPolicy?: CallerPolicy | undefined
  /** Knows who is signed out. Default: a token counts until it expires. */
  readonly revocation?: Pick<Revocation, 'assertInForce'> | undefined
}

const OPTIONS = optionsSchema<RequireBearerAuthOptions>({
  ...CHALLENGE_SHAPE,
  verifier: optionValues.withFunctions('an AccessTokenVerifier', 'verify'),
  resource: optionValues.text('the resource identifier, e.g. https://mcp.example.com/mcp'),
  endpoint: optionValues.url,
  callerPolicy: optionsSchema<CallerPolicy>({
    ...CALLER_POLICY_SHAPE,
    ignorePermissions: optionValues.flag.optional(),
    claimProfile: optionValues.withFunctions('a ClaimProfile', 'userOf').optional(),
    tenants: z.record(z.string(), z.string(), 'must be tenants by their issuers').optional(),
    primaryIssuers: z.record(z.string(), z.string(), 'must be issuers by issuers').optional(),
  }).optional(),
  revocation: optionValues.withFunctions('a Revocation', 'assertInForce').optional(),
})

/**
 * Lets a request through only with a valid access token for this server, and sets the SDK's `req.auth`.
 *
 * Passes `no_credentials`, `malformed_credentials`, `invalid_token`, `signed_out` or `verifier_unavailable` to the
 * error handler otherwise. Afterwards the request no longer carries the credentials: neither a handler nor a
 * log line can pick them up from its headers. Does not look at scopes.
 *
 * @category Middleware
 * @example
 * const verifier = createJwtBearerVerifier({ issuers: [issuer], audience: endpoint.href })
 * app.use(
 *   '/mcp',
 *   requireBearerAuth({
 *     verifier,
 *     endpoint,
 *     resource: endpoint.href,
 *     resourceMetadataUrl: metadataUrl(endpoint),
 *     baselineScopes: ['tool:greet'],
 *   }),
 * )
 */
export function requireBearerAuth(options: RequireBearerAuthOptions): RequestHandler {
  assertOptions('requireBearerAuth', OPTIONS, options)
  const { verifier, resource, endpoint, callerPolicy, revocation } = options
  const { resourceMetadataUrl, baselineScopes, nameScopes, takesResults, structuredDenials } =
    options
  const wording = { resourceMetadataUrl, baselineScopes, nameScopes }
  const challenges = { ...wording, takesResults, structuredDenials }
  const callerOf = rememberedCallers(callerPolicy)
  const verified = async (
    { method }: Request,
    credentials: PresentedCredentials,
    found: Found = {},
  ): Promise<Caller> => {
    const caller = callerOf(await verifier.verify({ credentials, method, url: endpoint }))
    found.caller = caller
    await revocation?.assertInForce(caller)
    return caller
  }
  return async function requireBearerAuthMiddleware(req, _res, next) {
    const credentials = parseCredentials({ rawHeaders: req.rawHeaders, url: req.originalUrl })
    const { observation } = stateOf(req)
    const caller = await (observation === undefined
      ? verified(req, credentials)
      : observed(observation, (found) => verified(req, credentials, found)))
    removeCredentials(req)
    const subjectToken = credentials.token
    const requestId = requestIdOf(req)
    const authInfo = createAuthInfo({ caller, subjectToken, requestId, resource, challenges })
    setAuthInfo(req, authInfo)
    if (observation !== undefined) observeAuthInfo(authInfo, observation)
    next()
  }
}

/** Whose token it is, once that is verified: also where it is refused then. */
interface Found {
  caller?: Caller
}

/** Tells the observation how the verification went. */
async function observed(
  observation: RequestObservation,
  verify: (found: Found) => Promise<Caller>,
): Promise<Caller> {
  const startMs = observation.now()
  const found: Found = {}
  try {
    const caller = await observation.runVerification(() => verify(found))
    const durationMs = observation.now() - startMs
    observation.verified({ durationMs, outcome: 'ok', reason: undefined }, caller)
    return caller
  } catch (thrown) {
    const { code, details } = asOnBehalfOfError(thrown)
    const durationMs = observation.now() - startMs
    const outcome = { durationMs, outcome: code, reason: details.reason }
    observation.verified(outcome, found.caller)
    throw thrown
  }
}

/**
 * A verifier that knows a token gives the same claims again, and they make the same caller. Claims that can still change
 * are read each time.
 */
function rememberedCallers(policy: CallerPolicy | undefined): (claims: Claims) => Caller {
  const callers = new WeakMap<Claims, Caller>()
  return (claims) => {
    const known = callers.get(claims)
    if (known !== undefined) return known
    const caller = callerFromClaims(claims, policy)
    if (Object.isFrozen(claims)) callers.set(claims, caller)
    return caller
  }
}

/** The SDK's `AuthInfo` of a request that passed `requireBearerAuth`, else `undefined`. */
export function authInfoOf(req: Request): AuthInfo | undefined {
  return (req as unknown as { readonly auth?: AuthInfo | undefined }).auth
}

function setAuthInfo(req: Request, authInfo: AuthInfo): void {
  Object.assign(req, { auth: authInfo })
}

function removeCredentials(req: Request): void {
  const { headers, rawHeaders } = req
  for (const name of ['authorization', 'dpop']) {
    if (!(name in headers)) continue
    Reflect.deleteProperty(headers, name)
    removeRawHeader(rawHeaders, name)
  }
  // Forgets those that somebody has asked for already.
  req.headersDistinct = {}
  Object.defineProperty(req, 'headersDistinct', HEADERS_DISTINCT)
}

/**
 * Node would make these of the raw headers when they are first asked for, and count on the number that there was. Hardly anybody
 * asks for them, so they are not made before somebody does.
 */
const HEADERS_DISTINCT = {
  configurable: true,
  get(this: Request): NodeJS.Dict<string[]> {
    const distinct = distinctHeaders(this.rawHeaders)
    Object.defineProperty(this, 'headersDistinct', { value: distinct, ...PLAIN })
    return distinct
  },
  set(this: Request, value: unknown) {
    Object.defineProperty(this, 'headersDistinct', { value, ...PLAIN })
  },
}
const PLAIN = { configurable: true, writable: true, enumerable: false }
