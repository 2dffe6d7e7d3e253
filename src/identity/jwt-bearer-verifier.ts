import { auth, InvalidTokenError, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import type { JSONWebKeySet } from 'jose'
import { systemClock, type Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import type { AccessTokenVerifier, VerificationRequest } from './access-token-verifier.js'
import { assertAudience, describeRefusal, type TokenExpectations } from './audience.js'
import type { Claims } from './caller.js'
import type { Issuer } from './issuer-keys.js'
import { SeenProofs } from './seen-proofs.js'
import { assertAccessTokenType, assertProofOfBinding } from './token-shape.js'
import { readUnverified, type UnverifiedToken } from './unverified-token.js'
import { VerifiedTokens } from './verified-tokens.js'

/** Whose tokens `createJwtBearerVerifier` accepts, and for whom they must be. */
export interface JwtBearerVerifierOptions {
  /** Whose tokens are accepted; several for custom domains. */
  readonly issuers: readonly Issuer[]
  /** The exact value expected in `aud`: this server's resource identifier, or what the authorization server writes for it. */
  readonly audience: string
  /** What clients have to ask for, where that is not `audience`; for the wording of refusals. */
  readonly resource?: string | undefined
  /**
   * Audiences that may stand beside ours: this server by another name, such as its own client id, or places that accept no
   * such token. `/userinfo` of the issuers is always among them.
   */
  readonly toleratedAudiences?: readonly string[] | undefined
  /** Allowed clock difference for `exp` and `nbf`. Default 5 seconds. */
  readonly clockToleranceSeconds?: number | undefined
  /** How many verified bearer tokens are remembered. Default 10000; 0 verifies every request anew. */
  readonly maxVerifiedTokens?: number
  readonly clock?: Clock
}

type Handler = ReturnType<typeof auth>
type Outcome = { readonly claims: Claims } | { readonly error: unknown }

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
  return new JwtBearerVerifier(options)
}

class JwtBearerVerifier implements AccessTokenVerifier {
  readonly #options: JwtBearerVerifierOptions
  readonly #issuers: ReadonlyMap<string, Issuer>
  readonly #expectations: TokenExpectations
  readonly #handlers = new WeakMap<JSONWebKeySet, Handler>()
  readonly #verifiedTokens: VerifiedTokens
  readonly #seenProofs = new SeenProofs()

  constructor(options: JwtBearerVerifierOptions) {
    this.#options = options
    this.#issuers = new Map(options.issuers.map((issuer) => [issuer.issuer, issuer]))
    this.#expectations = {
      issuers: [...this.#issuers.keys()],
      audience: options.audience,
      resource: options.resource,
      toleratedAudiences: options.toleratedAudiences,
      clockToleranceSeconds: options.clockToleranceSeconds ?? 5,
    }
    this.#verifiedTokens = new VerifiedTokens({
      maxEntries: options.maxVerifiedTokens ?? 10_000,
      clock: options.clock ?? systemClock,
    })
  }

  async verify(request: VerificationRequest): Promise<Claims> {
    const { token, proof } = request.credentials
    const unverified = readUnverified(token)
    assertAccessTokenType(unverified)
    const issuer = this.#issuers.get(unverified.issuer ?? '')
    if (issuer === undefined) throw describeRefusal(unverified, this.#expectations)
    // Also for a token that is known: this is what notices rotated keys, and a too long outage.
    const keySet = await issuer.keys(unverified.keyId)
    const known = proof === undefined ? this.#verifiedTokens.find(token, keySet) : undefined
    if (known !== undefined) return known

    const outcome = await run(this.#handlerFor(issuer.issuer, keySet), request)
    if ('error' in outcome) throw translate(outcome.error, unverified, this.#expectations)
    const { claims } = outcome
    assertAudience(claims, this.#expectations)
    assertProofOfBinding(claims, request.credentials.scheme)
    if (proof === undefined) this.#verifiedTokens.remember(token, { claims, keySet })
    else this.#seenProofs.assertUnused(proof, claims['cnf'])
    return claims
  }

  #handlerFor(issuer: string, keySet: JSONWebKeySet): Handler {
    const known = this.#handlers.get(keySet)
    if (known !== undefined) return known
    const created = createHandler(issuer, keySet, this.#options)
    this.#handlers.set(keySet, created)
    return created
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
