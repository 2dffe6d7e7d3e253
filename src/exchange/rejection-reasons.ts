/**
 * Every reason for which a returned token is refused; each goes with the code `exchange_rejected`.
 *
 * @category Token exchange
 */
export const REJECTION_REASONS = [
  'token_type',
  'issued_token_type',
  'subject_token_returned',
  'opaque',
  'wrong_type',
  'signature',
  'issuer',
  'audience',
  'several_audiences',
  'acceptable_here',
  'expired',
  'not_yet_valid',
  'claim_malformed',
  'subject',
  'organization',
  'actor',
  'actor_malformed',
  'chain_too_deep',
  'chain_changed',
  'bound_token',
  'unbound_downgrade',
] as const

/** One of `REJECTION_REASONS`. */
export type RejectionReason = (typeof REJECTION_REASONS)[number]
