import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { loadCedar } from './cedar.js'
import { policyOfRules } from './cedar-decisions.js'
import { parseCedarRules } from './cedar-rules.js'
import type { Policy } from './policy.js'

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
 * missing or cannot be loaded. There is no schema: attributes that no call has are found when a call is decided.
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
