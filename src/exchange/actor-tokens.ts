import { OnBehalfOfError } from '../failures/errors.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import type { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'
import type { ExchangedToken } from './token-exchanger.js'

/** Tokens of our own client, by the issuer that they are of. */
export interface ActorTokens {
  /** Rejects with `exchange_misconfigured` and `exchange_unavailable`. */
  readonly of: (metadata: IssuerMetadata) => Promise<Secret>
  /**
   * Another token in place of one with which an exchange was refused; `undefined` where that one is younger than half a minute: then
   * it is hardly the reason. Rejects as `of`.
   */
  readonly renewed: (metadata: IssuerMetadata, refused: Secret) => Promise<Secret | undefined>
}

/** A token is no longer sent this long before it expires. */
const MARGIN_MS = 30_000
/** Users whose own tokens are refused must not have this server ask for a token each time. */
const YOUNG_MS = 30_000

interface KeptToken extends ExchangedToken {
  readonly askedAtMs: number
}

/**
 * Keeps our own client's tokens until shortly before they expire; one request for all who wait. A token that does not say how
 * long it lives is not kept.
 */
export function createActorTokens(
  request: (metadata: IssuerMetadata) => Promise<ExchangedToken>,
  clock: Clock,
): ActorTokens {
  const kept = new Map<string, KeptToken>()
  const underWay = new Map<string, Promise<Secret>>()
  const requestOnce = (metadata: IssuerMetadata): Promise<Secret> => {
    const { issuer } = metadata
    const known = underWay.get(issuer)
    if (known !== undefined) return known
    const asking = request(metadata)
      .then((token) => {
        kept.set(issuer, { ...token, askedAtMs: clock() })
        return token.token
      }, failed)
      .finally(() => underWay.delete(issuer))
    underWay.set(issuer, asking)
    return asking
  }
  return {
    async of(metadata) {
      const known = kept.get(metadata.issuer)
      const { expiresAtSeconds = 0 } = known ?? {}
      const isUsable = expiresAtSeconds * 1_000 - MARGIN_MS > clock()
      if (known !== undefined && isUsable) return known.token
      return requestOnce(metadata)
    },
    async renewed(metadata, refused) {
      const known = kept.get(metadata.issuer)
      if (known !== undefined && known.token !== refused) return known.token
      const ageMs = clock() - (known?.askedAtMs ?? 0)
      return ageMs >= 0 && ageMs < YOUNG_MS ? undefined : requestOnce(metadata)
    },
  }
}

/** It is not the user's token that was refused: signing in again helps with nothing. */
function failed(thrown: unknown): never {
  if (!(thrown instanceof OnBehalfOfError)) throw thrown
  const { code, details } = thrown
  if (code === 'exchange_unavailable' || code === 'cancelled') throw thrown
  const hint =
    'The authorization server gives this server no token of its own, which is to be the actor token. Allow its client the client credentials grant, or set EXCHANGE_ACTOR_TOKEN to none.'
  throw new OnBehalfOfError('exchange_misconfigured', {
    ...details,
    log: { ...details.log, hint },
    cause: thrown,
  })
}
