import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { TOKEN_DEFAULTS } from './token-defaults.js'
import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { AccessTokenVerifier, VerificationRequest } from './access-token-verifier.js'
import { assertAudience, describeRefusal } from './audience.js'
import type { Claims } from './caller.js'
import { assertVerifiedProof, ProofError, refuseProof } from './dpop-proof.js'
import { DPOP_REPLAY_OPTION, DpopReplayCache, type DpopReplayOptions } from './dpop-replay-cache.js'
import { assertAccessTokenType, assertProofOfBinding } from './token-type.js'
import { readUnverified } from './unverified-token.js'

/** The part of `ApiClient` of `@auth0/auth0-api-js` that verifies tokens, by its public shape. */
export interface VerifyingApiClient {
  /** Resolves with the claims of a token that the client accepts; rejects otherwise. */
  verifyAccessToken(options: {
    readonly accessToken: string
    readonly scheme?: string | undefined
    readonly dpopProof?: string | undefined
    readonly httpMethod?: string | undefined
    readonly httpUrl?: string | undefined
  }): Promise<Claims>
}

/** What `createAuth0ApiClientVerifier` needs: your client, and whom tokens must come from and be for. */
export interface Auth0ApiClientVerifierOptions {
  readonly apiClient: VerifyingApiClient
  /** The issuers that the client accepts, for the wording of refusals; the `/userinfo` of each may stand beside our audience. */
  readonly issuers: readonly string[]
  /** The exact value expected in `aud`: the client's own `audience`. */
  readonly audience: string
  /** What clients have to ask for, where that is not `audience`; for the wording of refusals. */
  readonly resource?: string | undefined
  /** Further audiences that may stand beside ours: this server's client id, or places that accept no such token. */
  readonly toleratedAudiences?: readonly string[] | undefined
  /** The clock difference that the client allows, in seconds; for the wording of refusals. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  /** Where used DPoP proofs are remembered. Default: in this process. */
  readonly proofs?: DpopReplayOptions | undefined
}

const OPTIONS = optionsSchema<Auth0ApiClientVerifierOptions>({
  apiClient: optionValues.withFunctions('an ApiClient of @auth0/auth0-api-js', 'verifyAccessToken'),
  issuers: optionValues.texts('an issuer identifier'),
  audience: optionValues.text('the audience of the tokens for this server'),
  resource: optionValues.text('the resource identifier').optional(),
  toleratedAudiences: optionValues.texts('an audience').optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  proofs: DPOP_REPLAY_OPTION.optional(),
})

/**
 * Verifies access tokens with an `ApiClient` of `@auth0/auth0-api-js` that somebody else has made.
 *
 * On top of its checks: the token's type, several audiences, bound tokens as plain bearer, DPoP proofs that have been used
 * before. The client does not
 * tell an outage of the keys from a bad token in its error's code; where a cause speaks for one, the
 * answer is `verifier_unavailable`.
 *
 * @category Verification of tokens
 */
export function createAuth0ApiClientVerifier(
  options: Auth0ApiClientVerifierOptions,
): AccessTokenVerifier {
  assertOptions('createAuth0ApiClientVerifier', OPTIONS, options)
  const seenProofs = new DpopReplayCache(options.proofs)
  return {
    async verify(request) {
      const unverified = readUnverified(request.credentials.token)
      assertAccessTokenType(unverified)
      const claims = await askClient(options.apiClient, request).catch((thrown: unknown) => {
        if (speaksForOutage(thrown)) {
          throw new OnBehalfOfError('verifier_unavailable', {
            retryAfterSeconds: OUTAGE_RETRY_SECONDS,
            cause: thrown,
          })
        }
        if ((thrown as { statusCode?: unknown } | undefined)?.statusCode === 400) {
          throw refuseProof(thrown)
        }
        const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = options
        throw describeRefusal(unverified, { ...options, clockToleranceSeconds }, thrown)
      })
      assertAudience(claims, options)
      assertProofOfBinding(claims, request.credentials.scheme)
      await assertFreshProof(request, claims, seenProofs)
      return claims
    },
  }
}

/** The client remembers no proofs, and reads a proof's members more leniently. */
async function assertFreshProof(
  { credentials: { proof, scheme }, method }: VerificationRequest,
  claims: Claims,
  seenProofs: DpopReplayCache,
): Promise<void> {
  if (proof === undefined) {
    if (scheme === 'dpop') throw refuseProof(new ProofError('there is no proof'))
    return
  }
  try {
    assertVerifiedProof(proof, method)
  } catch (error) {
    throw refuseProof(error)
  }
  await seenProofs.assertUnused(proof, claims['cnf'])
}

function askClient(
  apiClient: VerifyingApiClient,
  { credentials, method, url }: VerificationRequest,
): Promise<Claims> {
  return apiClient.verifyAccessToken({
    accessToken: credentials.token.reveal(),
    scheme: credentials.scheme,
    httpMethod: method,
    httpUrl: url.href,
    dpopProof: credentials.proof,
  })
}

const OUTAGE_CODES: ReadonlySet<unknown> = new Set([
  'ERR_JWKS_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
])

function speaksForOutage(thrown: unknown): boolean {
  let level: unknown = thrown
  for (let depth = 0; depth < 5 && typeof level === 'object' && level !== null; depth += 1) {
    const { code, name, cause } = level as { code?: unknown; name?: unknown; cause?: unknown }
    if (OUTAGE_CODES.has(code) || name === 'TimeoutError') return true
    level = cause
  }
  return false
}
