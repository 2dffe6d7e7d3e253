import type { PolicyDecided } from '../observability/observer.js'
import type { Policy } from './policy.js'

type DeciderName = PolicyDecided['decider']

const names = new WeakMap<Policy, DeciderName>()

/** Says who decides behind a policy. */
export function decidedBy(name: DeciderName, policy: Policy): Policy {
  names.set(policy, name)
  return policy
}

/** Who decides behind a policy: `function` where it is one of somebody else. */
export function deciderOf(policy: Policy): DeciderName {
  return names.get(policy) ?? 'function'
}
