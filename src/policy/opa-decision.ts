import { isJsonObject } from '../http/json-object.js'
import { policyFailure } from './policy-failure.js'
import type { PolicyDecision } from './policy.js'

const KINDS = ['allow', 'deny', 'ask'] as const
const MEMBERS = new Set(['decision', 'allow', 'reason'])

/**
 * Reads what the data API of Open Policy Agent answers: `{"result": …}`, where the result is `true`, `false`,
 * `{"decision": "allow" | "deny" | "ask", "reason"?: text}` or `{"allow": boolean, "reason"?: text}`.
 *
 * Throws `policy_unavailable` for everything else: `decision_undefined` where there is no result, since no rule has given one. A
 * result with other members is `decision_malformed`: it may be a whole package, of which one rule allows what another denies.
 */
export function opaDecision(answer: unknown): PolicyDecision {
  if (!isJsonObject(answer)) throw malformed('the answer is no object')
  if (!Object.hasOwn(answer, 'result')) {
    throw policyFailure('decision_undefined', { why: 'the answer has no result' })
  }
  const { result } = answer
  if (typeof result === 'boolean') return { decision: result ? 'allow' : 'deny' }
  if (!isJsonObject(result)) throw malformed('the result is neither true, false nor an object')
  if (!Object.keys(result).every((key) => MEMBERS.has(key))) {
    throw malformed('the result has other members than decision, allow and reason')
  }
  const { reason } = result
  if (reason !== undefined && typeof reason !== 'string') {
    throw malformed('the reason of the result is no text')
  }
  const decision = decisionIn(result)
  return decision === 'allow' ? { decision } : { decision, reason }
}

function decisionIn({
  decision,
  allow,
}: Readonly<Record<string, unknown>>): (typeof KINDS)[number] {
  if (decision !== undefined && allow !== undefined) {
    throw malformed('the result has both decision and allow')
  }
  if (typeof allow === 'boolean') return allow ? 'allow' : 'deny'
  const kind = KINDS.find((each) => each === decision)
  if (kind === undefined) {
    throw malformed(
      'the result has neither decision (allow, deny or ask) nor allow (true or false)',
    )
  }
  return kind
}

function malformed(why: string): Error {
  return policyFailure('decision_malformed', { why })
}
