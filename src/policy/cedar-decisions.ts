import { randomUUID } from 'node:crypto'
import type { AuthorizationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
import type { Cedar } from './cedar.js'
import { cedarRequest } from './cedar-request.js'
import type { CedarRule } from './cedar-rules.js'
import { decidedBy } from './decider-name.js'
import { policyFailure } from './policy-failure.js'
import type { Policy, PolicyDecision } from './policy.js'

/** The policy of rules that have been read without a fault: `createCedarPolicy` says how they decide. */
export function policyOfRules(cedar: Cedar, rules: readonly CedarRule[]): Policy {
  const byId = new Map(rules.map((rule, index) => [`rule${index}`, rule]))
  const preparsedPolicySetId = randomUUID()
  const staticPolicies = Object.fromEntries([...byId].map(([id, { text }]) => [id, text]))
  const prepared = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies })
  if (prepared.type === 'failure')
    throw new TypeError('createCedarPolicy: the policies cannot be used')
  return decidedBy('cedar', function cedarPolicy(call) {
    const request = { ...cedarRequest(call), preparsedPolicySetId }
    return decisionOf(cedar.statefulIsAuthorized(request), byId)
  })
}

function decisionOf(
  answer: AuthorizationAnswer,
  rules: ReadonlyMap<string, CedarRule>,
): PolicyDecision {
  if (answer.type === 'failure') {
    throw policyFailure('evaluation_failed', { why: 'Cedar cannot read the call' })
  }
  const { decision, diagnostics } = answer.response
  const applied = [...rules]
    .filter(([id]) => diagnostics.reason.includes(id))
    .map(([, rule]) => rule)
  if (decision === 'deny' && applied.length > 0)
    return { decision: 'deny', reason: reasonOf(applied) }
  const [failed] = diagnostics.errors
  if (failed !== undefined) {
    const line = rules.get(failed.policyId)?.line ?? 0
    const why = `the policy in line ${line} cannot be evaluated for this call${said(failed.error.message)}`
    throw policyFailure('evaluation_failed', { why })
  }
  if (decision === 'deny') return { decision: 'deny' }
  const asking = applied.filter(({ asks }) => asks)
  return asking.length > 0 ? { decision: 'ask', reason: reasonOf(asking) } : { decision: 'allow' }
}

function reasonOf(rules: readonly CedarRule[]): string | undefined {
  return rules.map(({ reason }) => reason).find((reason) => reason !== undefined)
}

/** Other messages quote what the user has sent. */
function said(message: string): string {
  return /^(?:record does not have the attribute `\w+`|type error: expected [\w ,()]+)$/.test(
    message,
  )
    ? `: ${message}`
    : ''
}
