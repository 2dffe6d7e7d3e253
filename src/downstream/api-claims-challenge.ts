import { OnBehalfOfError, type FailureDetails } from '../failures/errors.js'
import { MAX_CLAIMS_BYTES, parseClaims } from '../failures/claims-challenge.js'
import type { AnswerHeaders } from '../http/http-sender.js'
import { parseChallenges } from '../http/parse-challenges.js'
import { scrub } from '../logging/scrub.js'

/**
 * The claims that an API wants of a new token: those of a `Bearer` challenge with `insufficient_claims` (Microsoft's claims
 * challenge, as for continuous access evaluation), decoded. `undefined` where it wants none, or what it sends is no base64 of a
 * JSON object of `MAX_CLAIMS_BYTES` at the most.
 */
export function claimsWantedBy(headers: AnswerHeaders): string | undefined {
  for (const { scheme, parameters } of parseChallenges(headers.get('www-authenticate') ?? '')) {
    if (scheme !== 'bearer' || parameters.get('error') !== 'insufficient_claims') continue
    const claims = decoded(parameters.get('claims'))
    if (claims !== undefined) return claims
  }
  return undefined
}

/** What a client gets where an API wants more of a sign-in than an exchange can give. */
export function claimsChallengeDetails(claims: string): FailureDetails {
  return {
    reason: 'claims_challenge',
    claims,
    log: {
      claims: scrub(claims, 300),
      hint: "The API wants claims of the user's token that a new token did not bring (continuous access evaluation, or an authentication context). They are passed on to the client, whose next sign-in has to ask for them.",
    },
  }
}

/** The failure of a call whose token lacks claims that the API wants. */
export function claimsWanted(claims: string): OnBehalfOfError {
  return new OnBehalfOfError('reauthentication_required', claimsChallengeDetails(claims))
}

/** Base64 or base64url, with or without padding. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

function decoded(encoded: string | undefined): string | undefined {
  if (encoded === undefined || encoded.length > MAX_CLAIMS_BYTES * 2) return undefined
  if (!BASE64.test(encoded)) return undefined
  try {
    const bytes = Buffer.from(encoded, 'base64')
    return parseClaims(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
