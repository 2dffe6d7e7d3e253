import { randomUUID } from 'node:crypto'
import type { AuthorizationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { loadCedar, type Cedar } from './cedar.js'
import { cedarRequest } from './cedar-request.js'
import { parseCedarRules, type CedarRule } from './cedar-rules.js'
import { policyFailure } from './policy-failure.js'
import type { Policy, PolicyDecision } from './policy.js'

/** What Cedar decides by. */
export interface CedarPolicyOptions {
  /** Policies in the language of Cedar, as a file has them. */
  readonly policies: string
}

const OPTIONS = optionsSchema<CedarPolicyOptions>({
  policies: optionValues.text('policies in the language of Cedar'),
})

/**
 * Creates a policy that has Cedar decide, in this process. Needs the package `@cedar-policy/cedar-wasm`.
 *
 * A call is made where a `permit` applies and no `forbid` does. The user is asked first where a `permit` with `@decision("ask")` is
 * among those that apply. `@reason("…")` is what the model and the user read. Where a policy cannot be evaluated for a call, the call is
 * not made (`evaluation_failed`), unless a `forbid` applies anyway. `cedarRequest` says what policies are told.
 *
 * Rejects with a `TypeError` that names each fault of the policies with line and column, and with an `Error` where the package is
 * missing. There is no schema: attributes that no call has are found when a call is decided.
 *
 * @category Tools and sessions
 * @example
 * const policy = await createCedarPolicy({ policies: await readFile('policies.cedar', 'utf8') })
 * const protectedEndpoint = onBehalfOf({ ...options, policy })
 */
export async function createCedarPolicy(options: CedarPolicyOptions): Promise<Policy> {
  assertOptions('createCedarPolicy', OPTIONS, options)
  const cedar = await loadCedar()
  const { rules, faults } = parseCedarRules(cedar, options.policies)
  const told = faults.map(
    ({ line, column, message }) => `line ${line}, column ${column}: ${message}`,
  )
  if (told.length > 0) throw new TypeError(`createCedarPolicy: ${told.join('; ')}`)
  return policyOfRules(cedar, rules)
}

/** The same, for rules that have been read without a fault. */
export function policyOfRules(cedar: Cedar, rules: readonly CedarRule[]): Policy {
  const byId = new Map(rules.map((rule, index) => [`rule${index}`, rule]))
  const preparsedPolicySetId = randomUUID()
  const staticPolicies = Object.fromEntries([...byId].map(([id, { text }]) => [id, text]))
  const prepared = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies })
  if (prepared.type === 'failure')
    throw new TypeError('createCedarPolicy: the policies cannot be used')
  return function cedarPolicy(call) {
    const request = { ...cedarRequest(call), preparsedPolicySetId }
    return decisionOf(cedar.statefulIsAuthorized(request), byId)
  }
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
