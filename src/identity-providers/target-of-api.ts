import {
  isStandardTarget,
  mannerSettings,
  resolveTarget,
  type ExchangeTarget,
  type MannerSettings,
  type ResolvedTarget,
} from '../exchange/exchange-target.js'
import type { IdentityProvider } from './identity-provider.js'

/** An API, as far as the exchange for it goes. */
export interface ExchangedApi {
  readonly audience: string
  readonly exchange?: ExchangeTarget | undefined
}

/**
 * How tokens for an API are exchanged: by the identity provider's manner, what is set for all APIs, and what is said of this one,
 * which counts most. `undefined` where nothing differs from RFC 8693.
 */
export function targetOfApi(
  { audience, exchange }: ExchangedApi,
  { exchange: manner, targetFor }: Pick<IdentityProvider, 'exchange' | 'targetFor'>,
  settings: MannerSettings & { readonly requireActor?: boolean | undefined },
): ResolvedTarget | undefined {
  // Whoever requires an actor gets what `act` says, unless the client of the token was set to be as good.
  const required = settings.requireActor === true && manner.actorCheck === 'azp'
  const own: ExchangeTarget = required ? { ...manner, actorCheck: 'act' } : manner
  const layers = [own, targetFor?.(audience), mannerSettings(settings), exchange]
  const target = resolveTarget(audience, ...layers)
  return isStandardTarget(target, audience) ? undefined : target
}
