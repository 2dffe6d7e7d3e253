import { parseClaims } from './claims-challenge.js'
import type { FailureCode, FailureDetails } from './failure-codes.js'
import type { FailureRule } from './failure-rule.js'
import { FAILURE_TABLE } from './failure-table.js'

/** The failures that a sign-in with other claims can mend. */
export const CLAIMS_CODES = [
  'reauthentication_required',
  'consent_required',
  'mfa_required',
  'access_denied',
] as const satisfies readonly FailureCode[]
const WITH_CLAIMS: ReadonlySet<FailureCode> = new Set(CLAIMS_CODES)

/** What a client or model reads of them where the claims are known and the failure has no description of its own. */
export const CLAIMS_TEXT =
  'The identity provider wants the user to sign in again, and asks for more this time, such as a second factor or a registered device.'

/**
 * The rule for one failure: that of its code, or where it has claims, the claims challenge (HTTP 401,
 * `insufficient_claims`). Claims that are no JSON object, or too long for a header, do not count.
 */
export function answerRule({
  code,
  details,
}: {
  readonly code: FailureCode
  readonly details: FailureDetails
}): FailureRule {
  const rule = FAILURE_TABLE[code]
  if (!WITH_CLAIMS.has(code) || parseClaims(details.claims) === undefined) return rule
  const text = code === 'mfa_required' ? rule.text : CLAIMS_TEXT
  return { ...rule, respondAs: 'http', status: 401, challenge: 'insufficient_claims', text }
}
