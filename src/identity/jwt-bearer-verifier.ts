import { auth, InvalidTokenError, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import type { JSONWebKeySet } from 'jose'
import { OnBehalfOfError } from '../errors.js'
import type { AccessTokenVerifier, VerificationRequest } from './access-token-verifier.js'
import { assertAudience, describeRefusal, type TokenExpectations } from './audience.js'
import type { Claims } from './caller.js'
import type { Issuer } from './issuer-keys.js'
import { readUnverified, type UnverifiedToken } from './unverified-token.js'

export interface JwtBearerVerifierOptions {
  /** Whose tokens are accepted; several for custom domains. */
  readonly issuers: readonly Issuer[]
  /** This server's resource identifier: the exact value expected in `aud`. */
  readonly audience: string
  /** Allowed clock difference for `exp` and `nbf`. Default 5 seconds. */
  readonly clockToleranceSeconds?: number
}

type Handler = ReturnType<typeof auth>
type Outcome = { readonly claims: Claims } | { readonly error: unknown }

// RFC 9068 §2.1 and Auth0's older dialect. Anything else (logout tokens, DPoP proofs) is no access token.
const ACCESS_TOKEN_TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt'])

/**
 * Verifies JWT access tokens with `express-oauth2-jwt-bearer`: RS256 signature, issuer, audience, expiry,
 * DPoP proof.
 *
 * The library treats every failure to get keys as a bad token, so the keys are fetched here first and
 * handed to it, and an outage surfaces as `verifier_unavailable`. It would also read its options from the
 * environment and trust the Host header for a proof's URL: it gets neither. On top of its checks: the
 * token's type, several audiences, unknown `kid`.
 */
export function createJwtBearerVerifier(options: JwtBearerVerifierOptions): AccessTokenVerifier {
  const issuers = new Map(options.issuers.map((issuer) => [issuer.issuer, issuer]))
  const handlers = new WeakMap<JSONWebKeySet, Handler>()

  const handlerFor = (issuer: string, keySet: JSONWebKeySet): Handler => {
    const known = handlers.get(keySet)
    if (known !== undefined) return known
    const created = createHandler(issuer, keySet, options)
    handlers.set(keySet, created)
    return created
  }

  return {
    async verify(request) {
      const unverified = readUnverified(request.credentials.token)
      const expectations = {
        issuers: [...issuers.keys()],
        audience: options.audience,
        clockToleranceSeconds: options.clockToleranceSeconds ?? 5,
      }
      assertAccessTokenType(unverified)
      const issuer = issuers.get(unverified.issuer ?? '')
      if (issuer === undefined) throw describeRefusal(unverified, expectations)
      const keySet = await issuer.keys(unverified.keyId)
      const outcome = await run(handlerFor(issuer.issuer, keySet), request)
      if ('error' in outcome) throw translate(outcome.error, unverified, expectations)
      assertAudience(outcome.claims, options.audience)
      assertProofOfBinding(outcome.claims, request.credentials.scheme)
      return outcome.claims
    },
  }
}

function createHandler(
  issuer: string,
  keySet: JSONWebKeySet,
  options: JwtBearerVerifierOptions,
): Handler {
  return auth({
    issuer,
    audience: options.audience,
    publicKey: keySet,
    tokenSigningAlg: 'RS256',
    clockTolerance: options.clockToleranceSeconds ?? 5,
    // Empty, not absent: an absent one is taken from process.env.
    issuerBaseURL: '',
    jwksUri: '',
    secret: '',
  })
}

/** Runs the library's middleware on a request made up of just what it may see. */
async function run(handler: Handler, request: VerificationRequest): Promise<Outcome> {
  const { credentials, method, url } = request
  const headers: Record<string, string> = {
    host: url.host,
    authorization: `${credentials.scheme === 'dpop' ? 'DPoP' : 'Bearer'} ${credentials.token.reveal()}`,
    ...(credentials.proof === undefined ? {} : { dpop: credentials.proof }),
  }
  const seen = {
    headers,
    method,
    protocol: url.protocol.slice(0, -1),
    originalUrl: `${url.pathname}${url.search}`,
    query: {},
    body: undefined,
    get: (name: string) => headers[name.toLowerCase()],
    is: () => false,
    auth: undefined as { payload: Claims } | undefined,
  }
  const error = await new Promise<unknown>((resolve) => {
    const [req, res] = [seen, {}] as unknown as Parameters<Handler>
    void handler(req, res, resolve)
  })
  if (error !== undefined) return { error }
  return seen.auth === undefined
    ? { error: new Error('verified without claims') }
    : { claims: seen.auth.payload }
}

function translate(
  error: unknown,
  unverified: UnverifiedToken,
  expectations: TokenExpectations,
): OnBehalfOfError {
  if (error instanceof InvalidTokenError) return describeRefusal(unverified, expectations, error)
  if (error instanceof UnauthorizedError) {
    return new OnBehalfOfError('malformed_credentials', {
      reason: 'proof_refused',
      description: 'The DPoP proof is not valid for this request.',
      cause: error,
    })
  }
  return new OnBehalfOfError('internal_error', { reason: 'verifier_failed', cause: error })
}

/** A bound token counts only with the proof its binding asks for: certificates are not checked here. */
function assertProofOfBinding(claims: Claims, scheme: 'bearer' | 'dpop'): void {
  if (claims['cnf'] !== undefined && scheme === 'bearer') {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'bound_token_as_bearer',
      description: 'The token is bound to its sender and cannot be used as a plain bearer token.',
    })
  }
}

function assertAccessTokenType(token: UnverifiedToken): void {
  if (token.type !== undefined && !ACCESS_TOKEN_TYPES.has(token.type.toLowerCase())) {
    throw new OnBehalfOfError('invalid_token', {
      reason: 'wrong_type',
      description: 'The token is a JWT of another kind, not an access token.',
    })
  }
}
