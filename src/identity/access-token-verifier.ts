import type { Claims } from './caller.js'
import type { PresentedCredentials } from './credentials.js'

/** One request's credentials together with what a proof of possession is bound to (RFC 9449 §4.3). */
export interface VerificationRequest {
  readonly credentials: PresentedCredentials
  readonly method: string
  /** The public URL of the endpoint that was called, from configuration, never from a Host header. */
  readonly url: URL
}

/**
 * The port through which access tokens are verified.
 *
 * `verify` resolves with the claims of a token that is genuine, in force, and meant for this server and
 * no other. It rejects with `invalid_token`, `malformed_credentials` (a bad proof), or
 * `verifier_unavailable` when the verdict cannot be reached, and with nothing else.
 *
 * @category Verification of tokens
 */
export interface AccessTokenVerifier {
  /** Resolves with the claims of a good token; rejects as said above. */
  verify(request: VerificationRequest): Promise<Claims>
}
