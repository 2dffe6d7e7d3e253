import type { TokenEndpointGrantContext } from 'oidc-provider'
// The library's helpers for custom grants, which it exempts from semantic versioning: its version is pinned.
import { checkDpopReplay, validateDpop } from 'oidc-provider/lib/helpers/grants.js'
import type { Behaviors } from '../behaviors.js'
import { ExchangeRefusal } from './exchange-refusal.js'
import type { SubjectToken } from './subject-token.js'

/** A DPoP proof that came with a token request and holds. */
export interface Proof {
  /** Thumbprint of the key, for `cnf.jkt`. */
  readonly thumbprint: string
}

/**
 * Verifies the DPoP proof of a token request (RFC 9449 §5), if it has one.
 *
 * With `dpopNonce: 'demanded'` it must contain a nonce of this server, which the refusal hands out. Throws the library's
 * errors: `InvalidDpopProof`, `UseDpopNonce` (with the header `DPoP-Nonce`), and `InvalidGrant` for a proof that was used
 * before; all are 400.
 */
export async function verifyProof(ctx: TokenEndpointGrantContext): Promise<Proof | undefined> {
  const { client, provider } = ctx.oidc
  const proof = await validateDpop(provider, ctx)
  await checkDpopReplay(provider, ctx, proof, client.clientId)
  return proof
}

/**
 * Passes when the new token is as bound as the subject token.
 *
 * Auth0 hands out a bearer token for a bound one when the exchange carries no proof, so this refuses
 * only by `boundSubjectToken`, with an `ExchangeRefusal` (400 `invalid_dpop_proof`).
 */
export function requireKeptBinding(
  { isBound }: SubjectToken,
  proof: Proof | undefined,
  { boundSubjectToken }: Pick<Behaviors, 'boundSubjectToken'>,
): void {
  if (!isBound || proof !== undefined || boundSubjectToken === 'unbound_result') return
  throw new ExchangeRefusal(
    400,
    'invalid_dpop_proof',
    'The subject token is sender-constrained: send a DPoP proof with the exchange',
  )
}
