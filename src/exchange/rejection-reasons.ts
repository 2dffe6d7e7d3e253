import { FAILURE_REASONS, type FailureReason } from '../failures/failure-reasons.js'

/**
 * Every reason for which a returned token is refused; each goes with the code `exchange_rejected`.
 *
 * @category Token exchange
 */
export const REJECTION_REASONS = FAILURE_REASONS.rejection

/**
 * One of `REJECTION_REASONS`.
 *
 * @category Token exchange
 */
export type RejectionReason = FailureReason<'rejection'>
