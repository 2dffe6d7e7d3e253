import { OnBehalfOfError } from '../failures/errors.js'
import { FairShare, type Release } from '../downstream/fair-share.js'
import { CallDeadline } from '../time/call-deadline.js'
import { untilAborted } from '../time/until-aborted.js'
import { policyVerdict, unavailable, unavailableFor, type PolicyVerdict } from './policy-verdict.js'
import type { Policy, PolicyCall } from './policy.js'

/** How long a decision may take, waiting for its turn included, where nothing else is said. */
export const DEFAULT_POLICY_TIMEOUT_MS = 2_000
/** Decisions under way at a time. */
const PLACES = 64
const PLACES_PER_USER = PLACES / 4

/** A call, and who waits for its decision. */
export interface DecidedCall {
  readonly call: PolicyCall
  /** What the call is counted under. */
  readonly user: string
  /** Aborts when nobody can read the answer any more. */
  readonly signal: AbortSignal | undefined
}

/**
 * Has a policy decide, in time or not at all: never rejects, and whatever goes wrong is `unavailable`.
 *
 * At most 64 decisions are under way, at most 16 of one user, and users take turns. The place of a decision that is late is
 * free again: the policy is told by its signal.
 */
export class PolicyDecider {
  readonly #policy: Policy
  readonly #timeoutMs: number
  readonly #share: FairShare

  constructor(policy: Policy, timeoutMs: number = DEFAULT_POLICY_TIMEOUT_MS) {
    this.#policy = policy
    this.#timeoutMs = timeoutMs
    this.#share = new FairShare({ places: PLACES, placesPerUser: PLACES_PER_USER })
  }

  async decide({ call, user, signal }: DecidedCall): Promise<PolicyVerdict> {
    const deadline = new CallDeadline(this.#timeoutMs, signal)
    let release: Release | undefined
    try {
      release = await this.#share.acquire(user, deadline.signal)
      const decided = Promise.resolve(this.#policy(call, deadline.signal))
      return policyVerdict(await untilAborted(decided, deadline.signal, overtime))
    } catch (error) {
      if (deadline.timedOut) return unavailable('timed_out', error)
      if (deadline.signal.aborted) return unavailable('client_gone', error)
      if (isKnown(error)) return unavailableFor(error)
      return unavailable(release === undefined ? 'queue_full' : 'policy_failed', error)
    } finally {
      release?.()
      deadline.end()
    }
  }
}

/** A policy may say itself why it cannot decide. */
function isKnown(error: unknown): error is OnBehalfOfError {
  return error instanceof OnBehalfOfError && error.code === 'policy_unavailable'
}

function overtime(): Error {
  return new Error('the policy has not decided in time')
}
