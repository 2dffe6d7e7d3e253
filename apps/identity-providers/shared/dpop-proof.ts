import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { OAuthRefusal } from './oauth-refusal.js'

export interface DpopProofOptions {
  readonly endpoint: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const MAX_AGE_SECONDS = 60

/**
 * Creates the check of a DPoP proof for a token request (RFC 9449 §4.3), which returns the thumbprint of its key. A proof
 * counts once. Nonces are not asked for.
 */
export function createDpopCheck({ endpoint, now }: DpopProofOptions) {
  const seen = new Set<string>()
  return async function checkDpopProof(proof: string): Promise<string> {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      currentDate: new Date(now()),
      maxTokenAge: MAX_AGE_SECONDS,
      clockTolerance: 10,
    }).catch((cause: unknown) => {
      throw invalid('DPoP proof is not valid', cause)
    })
    const { htm, htu, jti } = payload as Readonly<Record<string, unknown>>
    const { jwk } = protectedHeader
    if (htm !== 'POST' || htu !== endpoint || jwk === undefined) {
      throw invalid('DPoP HTTP method or URL mismatch')
    }
    if (typeof jti !== 'string' || seen.has(jti)) throw invalid('DPoP proof has already been used')
    seen.add(jti)
    return calculateJwkThumbprint(jwk)
  }
}

function invalid(description: string, cause?: unknown): OAuthRefusal {
  const refusal = new OAuthRefusal({ error: 'invalid_dpop_proof', description })
  refusal.cause = cause
  return refusal
}
