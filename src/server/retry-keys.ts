import { randomBytes } from 'node:crypto'
import { Secret } from '../secret.js'
import { derivedKeys } from '../store/derived-keys.js'
import type { SharedState } from '../store/shared-state.js'

/** The keys of ids to repeat a call: those are good in all instances that share their state, and after a reload of the documents. */
export function retryKeysOf(shared: Pick<SharedState, 'keys'> | undefined): readonly Secret[] {
  if (shared !== undefined) return derivedKeys(shared.keys, 'retry ids')
  return [new Secret(randomBytes(32).toString('hex'))]
}
