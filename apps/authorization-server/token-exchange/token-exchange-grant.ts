import type Provider from 'oidc-provider'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import { exchangeByProfile } from './custom/custom-token-exchange.js'
import { findProfile } from './custom/exchange-profile.js'
import type { ExchangeParts } from './exchange-parts.js'
import { EXCHANGE_PARAMETERS } from './exchange-request.js'
import { TOKEN_EXCHANGE_GRANT } from './grant-type.js'
import { exchangeOnBehalfOf } from './on-behalf-of.js'
import { verifyProof } from './sender-constraint.js'

/**
 * Adds the token-exchange grant (RFC 8693) to a provider, as Auth0 has it: two exchanges in one.
 *
 * `subject_token_type` decides. The type of a profile means Custom Token Exchange; anything else is
 * an On-Behalf-Of request, which insists on an access token. The library has authenticated the client
 * and checked for repeated parameters before.
 */
export function registerTokenExchange(provider: Provider, parts: ExchangeParts): void {
  provider.registerGrantType(
    TOKEN_EXCHANGE_GRANT,
    (ctx) => exchange(ctx, parts),
    EXCHANGE_PARAMETERS,
  )
}

async function exchange(ctx: TokenEndpointGrantContext, parts: ExchangeParts): Promise<void> {
  const proof = await verifyProof(ctx)
  const profile = findProfile(parts.directory, ctx.oidc.params['subject_token_type'])
  return profile === undefined
    ? exchangeOnBehalfOf(ctx, parts, proof)
    : exchangeByProfile(ctx, parts, { profile, proof })
}
