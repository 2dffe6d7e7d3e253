import type { FailureReason } from '../failures/errors.js'

/** Why a claim cannot be read. The same words are the `reason` of a refusal on the first hop. */
export type ClaimReason = FailureReason<'claims'>

/**
 * A claim is there and cannot be read. Whoever reads claims refuses the token: a malformed claim is never the same as none.
 *
 * On the first hop that is `invalid_token`, on the second `exchange_rejected`. Holds the claim's name and nothing of its value.
 */
export class MalformedClaimError extends TypeError {
  readonly reason: ClaimReason
  readonly claim: string

  constructor(reason: ClaimReason, claim: string, cause?: unknown) {
    super(`the claim ${claim} of the token is malformed`, { cause })
    this.name = 'MalformedClaimError'
    this.reason = reason
    this.claim = claim
  }
}
