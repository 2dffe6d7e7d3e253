import { jwtVerify } from 'jose'
import { SIGNING_ALGORITHM } from '../../keys.js'
import type { UserEntry } from '../../directory.js'
import { findUser } from '../../lookup.js'
import type { ExchangeParts } from '../exchange-parts.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import type { ActorToken } from './custom-exchange-request.js'

const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token'

/**
 * Returns the user of an actor token that claims to be an ID token, when it is one of this server.
 *
 * Of other types nothing is checked, and `undefined` is returned. No `act` comes of either by itself: an Action may set one.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`).
 */
export async function requireValidActor(
  { issuer, keys, directory }: Pick<ExchangeParts, 'issuer' | 'keys' | 'directory'>,
  actor: ActorToken | undefined,
): Promise<UserEntry | undefined> {
  if (actor?.type !== ID_TOKEN_TYPE) return undefined
  const options = { algorithms: [SIGNING_ALGORITHM], issuer }
  try {
    const { payload } = await jwtVerify(actor.value, keys.findPublicKey, options)
    return findUser(directory, payload.sub ?? '')
  } catch (cause) {
    const refusal = new ExchangeRefusal(400, 'invalid_request', 'The actor_token is not valid')
    throw Object.assign(refusal, { cause })
  }
}
