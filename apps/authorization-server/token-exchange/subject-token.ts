import { type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Directory, UserEntry } from '../directory.js'
import { type KeyRing, SIGNING_ALGORITHM } from '../keys.js'
import { findUser } from '../lookup.js'
import { type Actor, actorSchema } from './delegation.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** A subject token that this server issued to a user, for the client that now presents it. */
export interface SubjectToken {
  readonly user: UserEntry
  /** The client that the token was issued to. */
  readonly clientId: string
  /** Who acts for the user so far; `undefined` for a token that was never exchanged. */
  readonly act: Actor | undefined
}

/** Who issued the token, and who it must be for. */
export interface SubjectTokenExpectations {
  readonly issuer: string
  readonly keys: KeyRing
  readonly directory: Directory
  readonly ownIdentifier: string
}

const claimsSchema = z.object({
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  client_id: z.string().optional(),
  azp: z.string().optional(),
  act: actorSchema.optional(),
})

/**
 * Verifies a subject token: signature, issuer, expiry, a user as subject, and the client's own API
 * as the only audience beside the userinfo endpoint.
 *
 * Without the audience check a client could trade tokens that were meant for someone else. A sender
 * constraint (`cnf`) is not checked: as with Auth0, that is left to the one who received the token.
 *
 * @throws ExchangeRefusal 401 `invalid_grant`.
 */
export async function verifySubjectToken(
  token: string,
  { issuer, keys, directory, ownIdentifier }: SubjectTokenExpectations,
): Promise<SubjectToken> {
  const claims = claimsSchema.safeParse(await verifySignature(token, issuer, keys))
  if (!claims.success) throw refusal('The subject token lacks claims of an access token')
  const { sub, aud, act, azp, client_id: clientId = azp } = claims.data
  if (sub.endsWith('@clients')) throw refusal('The subject token must represent a user')
  const audiences = [aud].flat().filter((audience) => audience !== `${issuer}userinfo`)
  if (audiences.length !== 1 || audiences[0] !== ownIdentifier) {
    throw refusal(`The subject token was not issued for ${ownIdentifier}`)
  }
  const user = findUser(directory, sub)
  if (user === undefined) throw refusal('The user of the subject token does not exist')
  if (clientId === undefined) throw refusal('The subject token does not name its client')
  return { user, clientId, act }
}

async function verifySignature(token: string, issuer: string, keys: KeyRing): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.findPublicKey, {
      algorithms: [SIGNING_ALGORITHM],
      issuer,
      requiredClaims: ['sub', 'aud', 'exp', 'iat'],
    })
    return payload
  } catch (cause) {
    const invalid = refusal('The subject token is invalid or expired')
    invalid.cause = cause
    throw invalid
  }
}

function refusal(description: string): ExchangeRefusal {
  return new ExchangeRefusal(401, 'invalid_grant', description)
}
