import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Caller } from '../identity/caller.js'
import { identifiersForLog } from '../identity/identifier-for-log.js'

/**
 * Which services may stand between a user's client and this server.
 *
 * @category Token exchange
 */
export interface DelegationPolicy {
  /**
   * How many actors the token for the API may name, ourselves included. Default 5: what Auth0 allows.
   */
  readonly maxDepth?: number | undefined
  /** Which services may come with a user's token that names them as the current actor. Default: any. */
  readonly allowedActors?: readonly string[] | undefined
  /** Decides on top; `false` or a rejection refuses. Asked after the other two. */
  readonly authorize?: ((caller: Caller) => boolean | Promise<boolean>) | undefined
}

/** What holds where nothing else is said: what Auth0 allows. */
export const DELEGATION_DEFAULTS = { maxDepth: 5 } as const

/** The schema of a `DelegationPolicy` among options. */
export const DELEGATION_SCHEMA = optionsSchema<DelegationPolicy>({
  maxDepth: optionValues.whole.optional(),
  allowedActors: optionValues.texts('the name of an actor').optional(),
  authorize: optionValues.callable.optional(),
})

/**
 * Rejects with `delegation_refused` when the policy does not let us act for this caller.
 *
 * The depth is counted as it will be: the caller's chain and us, or, for a caller that came directly, its
 * client and us.
 */
export async function assertDelegationAllowed(
  caller: Caller,
  policy: DelegationPolicy,
): Promise<void> {
  const { maxDepth = DELEGATION_DEFAULTS.maxDepth, allowedActors, authorize } = policy
  const depth = (caller.delegation?.chain.length ?? 1) + 1
  if (depth > maxDepth) {
    throw refused('too_deep', caller, {
      description: `This call has passed through ${depth - 1} services already, and with this server the chain would be ${depth} long; ${maxDepth} is the limit. Call this server from fewer services in between.`,
    })
  }
  const actor = caller.delegation?.actor
  if (actor !== undefined && allowedActors?.includes(actor) === false) {
    throw refused('actor_not_allowed', caller)
  }
  if (authorize !== undefined && !(await askPolicy(authorize, caller))) {
    throw refused('policy', caller)
  }
}

/** A policy that fails has not agreed. */
async function askPolicy(
  authorize: NonNullable<DelegationPolicy['authorize']>,
  caller: Caller,
): Promise<boolean> {
  try {
    return await authorize(caller)
  } catch (cause) {
    throw refused('policy_failed', caller, { cause })
  }
}

function refused(
  reason: FailureReason<'delegation'>,
  { delegation }: Caller,
  details: { readonly description?: string | undefined; readonly cause?: unknown } = {},
): OnBehalfOfError {
  return new OnBehalfOfError('delegation_refused', {
    reason,
    log: { chain: identifiersForLog(delegation?.chain ?? []) },
    ...details,
  })
}
