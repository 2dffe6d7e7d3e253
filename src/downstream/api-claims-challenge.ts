import { MAX_CLAIMS_BYTES, parseClaims } from '../failures/claims-challenge.js'
import type { AnswerHeaders } from '../http/http-sender.js'
import { parseChallenges } from '../http/parse-challenges.js'
import type { TokenEcho } from './token-echo.js'

/**
 * The claims that an API wants of a new token: those of a `Bearer` challenge with `insufficient_claims` (Microsoft's claims
 * challenge, as for continuous access evaluation), decoded. `undefined` where it wants none, or what it sends is no base64 of a
 * JSON object of `MAX_CLAIMS_BYTES` at the most, or holds a token that the API was sent: claims go to the client.
 */
export function claimsWantedBy(headers: AnswerHeaders, echo: TokenEcho): string | undefined {
  for (const { scheme, parameters } of parseChallenges(headers.get('www-authenticate') ?? '')) {
    if (scheme !== 'bearer' || parameters.get('error') !== 'insufficient_claims') continue
    const claims = decoded(parameters.get('claims'))
    if (claims !== undefined && !echo.isIn(claims)) return claims
  }
  return undefined
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
