import { jwtVerify } from 'jose'
import { SIGNING_ALGORITHM } from '../../keys.js'
import type { ExchangeParts } from '../exchange-parts.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import type { ActorToken } from './custom-exchange-request.js'

const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token'

/**
 * Passes when an actor token that claims to be an ID token is one of this server.
 *
 * Of other types nothing is checked, and no `act` comes of either: the Action of this server's profiles
 * does not set an actor.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`).
 */
export async function requireValidActor(
  { issuer, keys }: Pick<ExchangeParts, 'issuer' | 'keys'>,
  actor: ActorToken | undefined,
): Promise<void> {
  if (actor?.type !== ID_TOKEN_TYPE) return
  try {
    await jwtVerify(actor.value, keys.findPublicKey, { algorithms: [SIGNING_ALGORITHM], issuer })
  } catch (cause) {
    const refusal = new ExchangeRefusal(400, 'invalid_request', 'The actor_token is not valid')
    throw Object.assign(refusal, { cause })
  }
}
