import type { Directory, TokenExchangeProfileEntry } from '../../directory.js'
import { isReservedTokenType } from '../../subject-token-types.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import { textOf } from '../exchange-request.js'

/**
 * Returns the profile with exactly this `subject_token_type`.
 *
 * `undefined` when there is no type, or one that no profile may have, such as that of an access token.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`) for a type that a profile might have but none has.
 */
export function findProfile(
  directory: Directory,
  subjectTokenType: unknown,
): TokenExchangeProfileEntry | undefined {
  const type = textOf(subjectTokenType)
  if (type === undefined || isReservedTokenType(type)) return undefined
  const profiles = directory.token_exchange_profiles
  const profile = profiles.find((candidate) => candidate.subject_token_type === type)
  if (profile !== undefined) return profile
  const known = profiles.map((candidate) => candidate.subject_token_type).join(', ') || 'none'
  throw new ExchangeRefusal(
    400,
    'invalid_request',
    `No token exchange profile has the subject_token_type ${type}; known: ${known}`,
  )
}
