import { z } from 'zod'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { Secret } from '../secret.js'
import type { Store } from './store.js'

/** What several instances of a server share, and what holds while they cannot. */
export interface SharedState {
  /** Of `createRedisStore`; `createMemoryStore` shares nothing. It is not closed with the server. */
  readonly store: Store
  /**
   * Seal what lies in the store, and hide whose it is: 32 random characters or more each, the same in all instances. The first seals, all
   * open, so that a key can be replaced.
   */
  readonly keys: readonly Secret[]
  /**
   * How many instances there are at most: while the store cannot be had, each lets through the part of a limit that falls to one.
   */
  readonly instances: number
  /**
   * What becomes, while the store cannot be had, of that which counts once: DPoP proofs, and answers of users to a question.
   * `refuse`, the default: it is refused. `local`: it counts once in each instance.
   */
  readonly outage?: 'refuse' | 'local' | undefined
}

/** What counts in several instances together needs of it. */
export interface SharedCounts extends Pick<SharedState, 'instances' | 'keys'> {
  readonly store: Pick<Store, 'run'>
}

/** What counts need of all that is shared. */
export function sharedCounts(shared: SharedState | undefined): SharedCounts | undefined {
  return shared && { store: shared.store, keys: shared.keys, instances: shared.instances }
}

const MIN_KEY_CHARACTERS = 32

/** Master keys: the first seals, all open. */
export const MASTER_KEYS_OPTION = z
  .array(
    z
      .instanceof(Secret, { error: 'must be a Secret' })
      .refine(
        (key) => key.reveal().length >= MIN_KEY_CHARACTERS,
        `must have ${MIN_KEY_CHARACTERS} characters or more`,
      ),
    'must be a list of keys',
  )
  .min(1, 'must have a key')

/** The schema of `SharedCounts`. */
export const SHARED_COUNTS_OPTION = optionsSchema<SharedCounts>({
  store: optionValues.withFunctions('a Store', 'run'),
  keys: MASTER_KEYS_OPTION,
  instances: optionValues.count,
})

/** The schema of `SharedState`. */
export const SHARED_STATE_OPTION = optionsSchema<SharedState>({
  store: optionValues.withFunctions('a Store', 'get', 'set', 'delete', 'run'),
  keys: MASTER_KEYS_OPTION,
  instances: optionValues.count,
  outage: optionValues.oneOf('refuse', 'local').optional(),
})
