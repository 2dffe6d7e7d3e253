import { answerRule } from './answer-rule.js'
import type { FailureCode, FailureDetails } from './failure-codes.js'

/** The sentence a client or model may read about a failure. Never holds foreign text. */
export function failureText(code: FailureCode, details: FailureDetails): string {
  const rule = answerRule({ code, details })
  const text = (rule.exposeDescription ? details.description : undefined) ?? rule.text
  const wait =
    details.retryAfterSeconds === undefined
      ? undefined
      : Math.max(1, Math.min(details.retryAfterSeconds, 3_600))
  return wait !== undefined && rule.respondAs === 'tool' && rule.passes
    ? `${text} (Try again in ${wait} s.)`
    : text
}
