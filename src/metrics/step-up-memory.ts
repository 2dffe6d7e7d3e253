import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import type { ObservedCall } from '../observability/observer.js'

/** A sign-in takes minutes; what comes after an hour is another story. */
const REMEMBERED_MS = 3_600_000
const MAX_REMEMBERED = 10_000

/** Remembers which client of which user was asked for more scope for which tool, so that the call that follows can be told. */
export class StepUpMemory {
  readonly #asked = new LRUCache<string, true>({
    ...entriesAtMost(MAX_REMEMBERED),
    ttl: REMEMBERED_MS,
  })

  asked(call: ObservedCall): void {
    const key = keyOf(call)
    if (key !== undefined) this.#asked.set(key, true)
  }

  /** Whether a call that is allowed was asked for more before. Forgets it. */
  satisfied(call: ObservedCall): boolean {
    if (this.#asked.size === 0) return false
    const key = keyOf(call)
    return key !== undefined && this.#asked.delete(key)
  }
}

function keyOf({ tool, declared, request: { caller } }: ObservedCall): string | undefined {
  if (caller === undefined || !declared) return undefined
  return JSON.stringify([caller.issuer, caller.subject, caller.clientId, tool])
}
