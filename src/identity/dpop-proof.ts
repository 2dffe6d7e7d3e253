import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, jwtVerify, type JWK } from 'jose'
import type { Clock } from '../time/clock.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Secret } from '../secret.js'
import { SIGNING_ALGORITHMS } from './signing-algorithms.js'

/** How old a proof may be, and how far ahead. `DpopReplayCache` remembers it for longer. */
const MAX_AGE_SECONDS = 300
const MAX_AHEAD_SECONDS = 30

/** A DPoP proof is not good for its request. */
export class ProofError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProofError'
  }
}

/** What a proof has to be for. */
export interface ProofExpectations {
  readonly token: Secret
  readonly method: string
  readonly url: URL
  readonly clock: Clock
}

/**
 * Verifies a DPoP proof for one request, and gives the thumbprint of its key (RFC 9449 §4.3).
 *
 * Throws a `ProofError`. Does not check whether the token is bound to that key, nor whether the proof has been
 * used before: see `DpopReplayCache`.
 */
export async function assertProof(
  proof: string,
  { token, method, url, clock }: ProofExpectations,
): Promise<string> {
  const { payload, jwk } = await verified(proof, clock)
  assertProofMembers(payload, method)
  const { iat, htu, ath } = payload
  const nowSeconds = Math.floor(clock() / 1_000)
  if (typeof iat !== 'number') throw new ProofError('iat has to be a number')
  if (iat < nowSeconds - MAX_AGE_SECONDS || iat > nowSeconds + MAX_AHEAD_SECONDS) {
    throw new ProofError('iat is out of range')
  }
  if (typeof htu !== 'string' || !URL.canParse(htu) || target(new URL(htu)) !== target(url)) {
    throw new ProofError('htu is another URL')
  }
  if (ath !== createHash('sha256').update(token.reveal()).digest('base64url')) {
    throw new ProofError('ath is of another token')
  }
  return calculateJwkThumbprint(jwk)
}

/** Throws a `ProofError` unless a verified proof names just this method, and has an id that is text. */
export function assertProofMembers(
  { htm, jti }: Readonly<Record<string, unknown>>,
  method: string,
): void {
  // RFC 9110 §9.1: methods are case-sensitive.
  if (htm !== method) throw new ProofError('htm is another method')
  if (typeof jti !== 'string' || jti === '') throw new ProofError('jti has to be text')
}

/** The same for a proof that a library has verified, for libraries are more lenient. */
export function assertVerifiedProof(proof: string, method: string): void {
  assertProofMembers(decodeJwt(proof), method)
}

/** The refusal of a request whose proof is not good for it. */
export function refuseProof(cause: unknown): OnBehalfOfError {
  return new OnBehalfOfError('malformed_credentials', {
    reason: 'proof_refused',
    description: 'The DPoP proof is not valid for this request.',
    cause,
  })
}

async function verified(
  proof: string,
  clock: Clock,
): Promise<{ payload: Readonly<Record<string, unknown>>; jwk: JWK }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...SIGNING_ALGORITHMS],
      currentDate: new Date(clock()),
    })
    if (protectedHeader.jwk === undefined) throw new ProofError('the header has no jwk')
    return { payload, jwk: protectedHeader.jwk }
  } catch (cause) {
    throw new ProofError('the proof does not verify', { cause })
  }
}

/** RFC 9449 §4.3: without query and fragment, after normalisation (RFC 3986 §6.2.2). */
function target(url: URL): string {
  const path = url.pathname.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(parseInt(encoded.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase()
  })
  return `${url.origin}${path}`
}
