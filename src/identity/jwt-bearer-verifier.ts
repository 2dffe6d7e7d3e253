import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { TOKEN_DEFAULTS } from './token-defaults.js'
import type { JSONWebKeySet } from 'jose'
import { systemClock, type Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Secret } from '../secret.js'
import type { AccessTokenVerifier, VerificationRequest } from './access-token-verifier.js'
import { assertAudience, describeRefusal, type TokenExpectations } from './audience.js'
import { candidateKeys, isSignedByOneOf } from './candidate-keys.js'
import type { Claims } from './caller.js'
import { refuseProof } from './dpop-proof.js'
import { PIPELINE_OBSERVER_OPTION } from '../observability/pipeline-observer-option.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import type { Issuer } from './issuer-keys.js'
import type { KeyVerdict, VerifyWithKey } from './key-verdict.js'
import { DPOP_REPLAY_OPTION, DpopReplayCache, type DpopReplayOptions } from './dpop-replay-cache.js'
import { SIGNING_ALGORITHMS } from './signing-algorithms.js'
import { assertAccessTokenType, assertProofOfBinding } from './token-type.js'
import { readUnverified, type UnverifiedToken } from './unverified-token.js'
import { VerifiedTokenCache } from './verified-token-cache.js'
import { createJoseVerification } from './verify-with-jose.js'
import { createLibraryVerification } from './verify-with-library.js'

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
  /** How many verified bearer tokens are remembered. Default 100000; 0 verifies every request anew. */
  readonly maxVerifiedTokens?: number | undefined
  /** Where used DPoP proofs are remembered. Default: in this process. */
  readonly proofs?: DpopReplayOptions | undefined
  readonly clock?: Clock | undefined
  /** Sees looks into the cache of verified tokens. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
}

const OPTIONS = optionsSchema<JwtBearerVerifierOptions>({
  issuers: z
    .array(
      optionValues.withFunctions('an Issuer, see createIssuer', 'keys', 'metadata'),
      'must be a list of issuers, see createIssuer',
    )
    .min(1, 'must name at least one issuer'),
  audience: optionValues.text('the audience of the tokens for this server'),
  resource: optionValues.text('the resource identifier').optional(),
  toleratedAudiences: optionValues.texts('an audience').optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  maxVerifiedTokens: optionValues.whole.optional(),
  proofs: DPOP_REPLAY_OPTION.optional(),
  clock: optionValues.callable.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
})

/** Whose tokens they are, and the two ways to verify them. */
interface KnownIssuer {
  readonly issuer: Issuer
  readonly byLibrary: VerifyWithKey
  readonly byJose: VerifyWithKey
}

type Judgement = KeyVerdict | { readonly reason: 'algorithm'; readonly error: OnBehalfOfError }

/**
 * Creates the verifier of JWT access tokens: signature, issuer, audience, expiry, type and DPoP proof (RFC 9068, RFC
 * 9449).
 *
 * Verifies RS256 with `express-oauth2-jwt-bearer`, and the other algorithms of the issuer's keys with `jose`.
 * Unavailable keys are `verifier_unavailable`, every other failure is `invalid_token`. A failed signature renews the
 * keys once.
 *
 * @category Verification of tokens
 * @example
 * const issuer = createIssuer({ issuer: 'https://tenant.eu.auth0.com/', log })
 * const verifier = createJwtBearerVerifier({
 *   issuers: [issuer],
 *   audience: 'https://mcp.example.com/mcp',
 * })
 */
export function createJwtBearerVerifier(options: JwtBearerVerifierOptions): AccessTokenVerifier {
  assertOptions('createJwtBearerVerifier', OPTIONS, options)
  return new JwtBearerVerifier(options)
}

class JwtBearerVerifier implements AccessTokenVerifier {
  readonly #issuers: ReadonlyMap<string, KnownIssuer>
  readonly #expectations: TokenExpectations
  readonly #verifiedTokens: VerifiedTokenCache
  readonly #seenProofs: DpopReplayCache
  readonly #observer: PipelineObserver | undefined

  constructor(options: JwtBearerVerifierOptions) {
    const { audience, clock = systemClock } = options
    this.#observer = options.observer
    this.#seenProofs = new DpopReplayCache(options.proofs)
    const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = options
    const known = options.issuers.map((issuer) => {
      const expectations = { issuer: issuer.issuer, audience, clockToleranceSeconds, clock }
      const byLibrary = createLibraryVerification(expectations)
      return { issuer, byLibrary, byJose: createJoseVerification(expectations) }
    })
    this.#issuers = new Map(known.map((entry) => [entry.issuer.issuer, entry]))
    const issuers = [...this.#issuers.keys()]
    const { resource, toleratedAudiences } = options
    this.#expectations = {
      issuers,
      audience,
      resource,
      toleratedAudiences,
      clockToleranceSeconds,
      clock,
    }
    this.#verifiedTokens = new VerifiedTokenCache({
      maxEntries: options.maxVerifiedTokens ?? TOKEN_DEFAULTS.verifiedTokenCacheEntries,
      clock,
    })
  }

  async verify(request: VerificationRequest): Promise<Claims> {
    const { token, proof, scheme } = request.credentials
    const remembered = proof === undefined ? await this.#remembered(token) : undefined
    if (remembered !== undefined) return remembered
    const unverified = readUnverified(token)
    assertAccessTokenType(unverified)
    const known = this.#issuers.get(unverified.issuer ?? '')
    if (known === undefined) throw describeRefusal(unverified, this.#expectations)
    const keySet = await keysFor(known.issuer, unverified, token)
    const { claims, verifiedWith } = await this.#verified(request, unverified, { known, keySet })
    assertAudience(claims, this.#expectations)
    assertProofOfBinding(claims, scheme)
    if (proof === undefined) {
      this.#verifiedTokens.remember(token, { claims, issuer: known.issuer, keySet: verifiedWith })
    } else {
      await this.#seenProofs.assertUnused(proof, claims['cnf'])
    }
    return claims
  }

  /** Asks for the keys also where the token is known: this is what notices rotated keys, and a too long outage. */
  async #remembered(token: Secret): Promise<Claims | undefined> {
    const issuer = this.#verifiedTokens.issuerOf(token)
    const claims = issuer && this.#verifiedTokens.find(token, await issuer.keys(undefined))
    const result = claims !== undefined ? 'hit' : issuer === undefined ? 'absent' : 'expired'
    this.#observer?.cacheLookedUp?.({ cache: 'verified_tokens', result })
    return claims
  }

  async #verified(
    request: VerificationRequest,
    unverified: UnverifiedToken,
    { known, keySet }: { readonly known: KnownIssuer; readonly keySet: JSONWebKeySet },
  ): Promise<{ readonly claims: Claims; readonly verifiedWith: JSONWebKeySet }> {
    let verifiedWith = keySet
    let judgement = await judge(request, unverified, { known, keySet })
    if ('reason' in judgement && mayBeAnotherKey(judgement, unverified)) {
      verifiedWith = await known.issuer.keys(unverified.keyId, { tried: keySet })
      if (verifiedWith !== keySet) {
        judgement = await judge(request, unverified, { known, keySet: verifiedWith })
      }
    }
    if ('reason' in judgement) throw this.#refusal(judgement, unverified, request)
    this.#assertInForce(judgement.claims, unverified)
    return { claims: judgement.claims, verifiedWith }
  }

  /** By our clock: the library goes by the system's. */
  #assertInForce({ exp, nbf }: Claims, unverified: UnverifiedToken): void {
    const { clock = systemClock, clockToleranceSeconds } = this.#expectations
    const nowSeconds = clock() / 1_000
    const over = typeof exp !== 'number' || exp <= nowSeconds - clockToleranceSeconds
    const early = typeof nbf === 'number' && nbf > nowSeconds + clockToleranceSeconds
    if (over || early) throw describeRefusal(unverified, this.#expectations)
  }

  #refusal(
    { reason, error }: Exclude<Judgement, { claims: Claims }>,
    unverified: UnverifiedToken,
    { credentials }: VerificationRequest,
  ): OnBehalfOfError {
    switch (reason) {
      case 'algorithm':
        return error
      case 'proof':
        return refuseProof(error)
      case 'unforeseen':
        return new OnBehalfOfError('internal_error', { reason: 'verifier_failed', cause: error })
      case 'signature':
        return describeRefusal(unverified, this.#expectations, error)
      case 'token': {
        const refusal = describeRefusal(unverified, this.#expectations, error)
        // The signature is right, so what the token says may be looked at.
        if (refusal.details.reason === 'not_verified') {
          assertProofOfBinding(unverified.claims, credentials.scheme)
        }
        return refusal
      }
    }
  }
}

/** The issuer's keys for a token. One that no other key could make good is worth no fetch. */
async function keysFor(
  issuer: Issuer,
  { keyId, algorithm = '', claims }: UnverifiedToken,
  token: Secret,
): Promise<JSONWebKeySet> {
  const atHand = await issuer.keys(undefined)
  if (keyId === undefined || atHand.keys.some(({ kid }) => kid === keyId)) return atHand
  if (!SIGNING_ALGORITHMS.includes(algorithm)) return atHand
  if (await isSignedByOneOf(atHand, token, algorithm)) return atHand
  return issuer.keys(keyId, { issuedAtSeconds: claims['iat'] })
}

/** Tries the keys that may fit, until one does. */
async function judge(
  request: VerificationRequest,
  unverified: UnverifiedToken,
  { known, keySet }: { readonly known: KnownIssuer; readonly keySet: JSONWebKeySet },
): Promise<Judgement> {
  let judgement: Judgement = { reason: 'signature', error: undefined }
  try {
    const verify = unverified.algorithm === 'RS256' ? known.byLibrary : known.byJose
    for (const key of candidateKeys(keySet, unverified)) {
      judgement = await verify(request, key)
      if (!('reason' in judgement) || judgement.reason !== 'signature') break
    }
    return judgement
  } catch (error) {
    if (!(error instanceof OnBehalfOfError)) return { reason: 'unforeseen', error }
    return { reason: 'algorithm', error }
  }
}

/** The issuer may have made a new key under the same id, or signs without key ids. An unknown id was looked up already. */
function mayBeAnotherKey(
  { reason, error }: Exclude<Judgement, { claims: Claims }>,
  { algorithm }: UnverifiedToken,
): boolean {
  if (reason === 'signature') return true
  if (reason !== 'algorithm' || error.details.reason !== 'algorithm') return false
  return SIGNING_ALGORITHMS.includes(algorithm ?? '')
}
