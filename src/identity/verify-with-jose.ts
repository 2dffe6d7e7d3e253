import { errors, jwtVerify, type JWK } from 'jose'
import type { Clock } from '../time/clock.js'
import type { VerificationRequest } from './access-token-verifier.js'
import type { Claims } from './caller.js'
import { assertProof, ProofError } from './dpop-proof.js'
import type { KeyVerdict, VerificationExpectations, VerifyWithKey } from './key-verdict.js'
import { declaredAlgorithmsOf } from './signing-algorithms.js'

/** Claims that have to be text where they stand (RFC 7519 §4.1, RFC 9068 §2.2). */
const TEXTS = ['sub', 'client_id', 'jti'] as const

/** Verifies tokens of every accepted algorithm with `jose`, by the same checks as `express-oauth2-jwt-bearer`. */
export function createJoseVerification(
  expectations: VerificationExpectations & { readonly clock: Clock },
): VerifyWithKey {
  return async (request, key) => {
    try {
      const claims = await verifiedClaims(request, key, expectations)
      await assertSender(claims, request, expectations.clock)
      return { claims }
    } catch (error) {
      return { reason: reasonOf(error), error }
    }
  }
}

async function verifiedClaims(
  { credentials }: VerificationRequest,
  key: JWK,
  { issuer, audience, clockToleranceSeconds, clock }: VerificationExpectations & { clock: Clock },
): Promise<Claims> {
  const { payload } = await jwtVerify(credentials.token.reveal(), key, {
    issuer,
    audience,
    algorithms: [...declaredAlgorithmsOf(key)],
    requiredClaims: ['exp'],
    // A second more than is allowed: jose counts whole seconds, and the verifier draws the line for both implementations.
    clockTolerance: clockToleranceSeconds + 1,
    currentDate: new Date(clock()),
  })
  for (const name of TEXTS) {
    if (payload[name] !== undefined && typeof payload[name] !== 'string') {
      throw new errors.JWTInvalid(`${name} has to be text`)
    }
  }
  return payload
}

/** A token that came as DPoP is bound to a key, and its proof is of that key (RFC 9449 §7.1). */
async function assertSender(
  claims: Claims,
  { credentials, method, url }: VerificationRequest,
  clock: Clock,
): Promise<void> {
  const { scheme, token, proof } = credentials
  if (scheme === 'bearer') return
  const thumbprint = (claims['cnf'] as { jkt?: unknown } | null | undefined)?.jkt
  if (thumbprint === undefined) throw new errors.JWTInvalid('the token is not bound to a key')
  const proven = await assertProof(proof ?? '', { token, method, url, clock })
  if (proven !== thumbprint) throw new errors.JWTInvalid('the token is bound to another key')
}

function reasonOf(error: unknown): Exclude<KeyVerdict, { claims: Claims }>['reason'] {
  if (error instanceof ProofError) return 'proof'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  return error instanceof errors.JOSEError ? 'token' : 'unforeseen'
}
