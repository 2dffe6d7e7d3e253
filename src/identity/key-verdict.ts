import type { JWK } from 'jose'
import type { VerificationRequest } from './access-token-verifier.js'
import type { Claims } from './caller.js'

/**
 * What one key says of one token: its claims, or the reason why it gives none.
 *
 * `signature`: another key may fit. `token`: the key fits, and the token is not good. `proof`: its DPoP proof is
 * not. `unforeseen`: no verdict.
 */
export type KeyVerdict =
  | { readonly claims: Claims }
  | { readonly reason: 'signature' | 'token' | 'proof' | 'unforeseen'; readonly error: unknown }

/** Judges a token with one key that fits its algorithm: signature, issuer, audience, times, DPoP proof. */
export type VerifyWithKey = (request: VerificationRequest, key: JWK) => Promise<KeyVerdict>

/** What both implementations are held to. */
export interface VerificationExpectations {
  readonly issuer: string
  readonly audience: string
  readonly clockToleranceSeconds: number
}
