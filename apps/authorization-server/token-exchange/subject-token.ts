import { type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { UserEntry } from '../directory.js'
import { SIGNING_ALGORITHM } from '../keys.js'
import { findUser } from '../lookup.js'
import { type Actor, actorSchema } from './delegation.js'
import type { ExchangeParts } from './exchange-parts.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** A subject token that this server issued to a user, for the client that now presents it. */
export interface SubjectToken {
  readonly user: UserEntry
  /** The client that the token was issued to. */
  readonly clientId: string
  /** Who acts for the user so far; `undefined` for a token that was never exchanged. */
  readonly act: Actor | undefined
  /** The organization in which the user is signed in. */
  readonly organizationId: string | undefined
  /** Whether it is bound to a key of the one that it was issued to (`cnf`). */
  readonly isBound: boolean
  readonly expiresAtSeconds: number
}

/** Who issued the token, and who it must be for. */
export interface SubjectTokenExpectations extends Pick<
  ExchangeParts,
  'directory' | 'issuer' | 'keys' | 'behaviors'
> {
  readonly ownIdentifier: string
}

const claimsSchema = z.object({
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  client_id: z.string().optional(),
  azp: z.string().optional(),
  act: actorSchema.optional(),
  exp: z.number(),
  org_id: z.string().optional(),
  cnf: z.unknown().optional(),
})

/**
 * Verifies a subject token: signature, issuer, expiry, a user as subject, and the client's own API
 * as the only audience beside the userinfo endpoint.
 *
 * Without the audience check (`subjectAudience: 'ignored'`) a client can trade tokens that were meant
 * for someone else. A sender constraint (`cnf`) is not checked: as with Auth0, that is left to the one
 * who received the token.
 *
 * Throws `ExchangeRefusal`: 401 `invalid_grant`, or another code by `subjectTokenError`.
 */
export async function verifySubjectToken(
  token: string,
  expectations: SubjectTokenExpectations,
): Promise<SubjectToken> {
  const { behaviors, issuer, directory, ownIdentifier } = expectations
  const refusal = (description: string): ExchangeRefusal =>
    new ExchangeRefusal(401, behaviors.subjectTokenError, description)
  const payload = await verifySignature(token, expectations).catch((cause: unknown) => {
    throw Object.assign(refusal('The subject token is invalid or expired'), { cause })
  })
  const claims = claimsSchema.safeParse(payload)
  if (!claims.success) throw refusal('The subject token lacks claims of an access token')
  const { sub, aud, act, azp, client_id: clientId = azp } = claims.data
  if (sub.endsWith('@clients')) throw refusal('The subject token must represent a user')
  const audiences = [aud].flat().filter((audience) => audience !== `${issuer}userinfo`)
  const isForOwnApi = audiences.length === 1 && audiences[0] === ownIdentifier
  if (!isForOwnApi && behaviors.subjectAudience === 'enforced') {
    throw refusal(`The subject token was not issued for ${ownIdentifier}`)
  }
  const user = findUser(directory, sub)
  if (user === undefined) throw refusal('The user of the subject token does not exist')
  if (user.blocked === true) throw refusal('The user of the subject token is blocked')
  if (clientId === undefined) throw refusal('The subject token does not name its client')
  return {
    user,
    clientId,
    act,
    organizationId: claims.data.org_id,
    isBound: claims.data.cnf !== undefined,
    expiresAtSeconds: claims.data.exp,
  }
}

async function verifySignature(
  token: string,
  { issuer, keys }: Pick<SubjectTokenExpectations, 'issuer' | 'keys'>,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys.findPublicKey, {
    algorithms: [SIGNING_ALGORITHM],
    issuer,
    requiredClaims: ['sub', 'aud', 'exp', 'iat'],
  })
  return payload
}
