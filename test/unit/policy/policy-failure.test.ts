import { expect, test } from 'vitest'
import { failureText } from '../../../src/failures/failure-text.js'
import { FAILURE_REASONS } from '../../../src/failures/failure-reasons.js'
import { opaDecision } from '../../../src/policy/opa-decision.js'
import { policyFailure } from '../../../src/policy/policy-failure.js'
import { policyVerdict } from '../../../src/policy/policy-verdict.js'

const FOR_THIS_CALL = [
  'decision_malformed',
  'decision_undefined',
  'evaluation_failed',
  'input_unusable',
]

test.each(FAILURE_REASONS.policy.filter((reason) => reason !== 'denied_by_policy'))(
  'the model is told to try again after an outage, and not where the same call cannot be decided: %s',
  (reason) => {
    const { code, details } = policyFailure(reason)
    const text = failureText(code, details)
    const isForThisCall = FOR_THIS_CALL.includes(reason)
    expect(text.includes('Try again in a little while')).toBe(!isForThisCall)
    expect(text.includes('check the arguments')).toBe(isForThisCall)
  },
)

test.each<readonly [string, () => unknown]>([
  ['Open Policy Agent has none', () => opaDecision({})],
  ['that of Open Policy Agent is none', () => opaDecision({ result: 'allow' })],
  ['that of a policy in code is none', () => raised(policyVerdict('allow'))],
])('the model is not told to try again where a decision is none: %s', (_name, decide) => {
  expect(decide).toThrow(/check the arguments/)
})

function raised(verdict: ReturnType<typeof policyVerdict>): never {
  throw 'failure' in verdict ? verdict.failure : new Error('no failure')
}
