import type { FailureReason } from '../failures/errors.js'

/** Why a claim cannot be read. The same words are the `reason` of a refusal on the first hop. */
export type ClaimFault = FailureReason<'claims'>

/**
 * A claim is there and cannot be read. Whoever reads claims refuses the token: a malformed claim is never the same as none.
 *
 * On the first hop that is `invalid_token`, on the second `exchange_rejected`. Holds the claim's name and nothing of its value.
 */
export class MalformedClaimError extends TypeError {
  readonly fault: ClaimFault
  readonly claim: string

  constructor(fault: ClaimFault, claim: string, cause?: unknown) {
    super(`the claim ${claim} of the token is malformed`, cause === undefined ? {} : { cause })
    this.name = 'MalformedClaimError'
    this.fault = fault
    this.claim = claim
  }
}
