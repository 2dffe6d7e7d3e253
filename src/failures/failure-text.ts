import { answerRule } from './answer-rule.js'
import type { FailureCode, FailureDetails } from './failure-codes.js'

/** What a client or model may read about a failure: a sentence of our own, and what the API says as a quotation, if it is known. */
export function failureText(code: FailureCode, details: FailureDetails): string {
  const text = ownText(code, details)
  return details.apiSays === undefined ? text : `${text} The API says: "${details.apiSays}"`
}

/** The same without the quotation: fit for a log. */
export function ownText(code: FailureCode, details: FailureDetails): string {
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
