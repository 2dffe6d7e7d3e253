import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import type { Caller } from '../identity/caller.js'
import { missingScopes } from '../scopes.js'

export interface StepUpChallenge {
  readonly caller: Caller
  /** Tells one token from the next; no token itself. */
  readonly tokenFingerprint: string
  readonly tools: readonly string[]
  /** What the client is told to ask for. */
  readonly scopes: readonly string[]
}

interface Asked {
  readonly tokenFingerprint: string
  readonly scopes: readonly string[]
  readonly times: number
}

/**
 * Recognises clients that run in circles: asked for more scope, they come back with another token that lacks
 * it just the same.
 *
 * Remembers the last challenge of each client, user and tool, at most `maxEntries` for ten minutes.
 */
export class StepUpLoops {
  readonly #asked: LRUCache<string, Asked>

  constructor(maxEntries = 10_000) {
    this.#asked = new LRUCache({ ...entriesAtMost(maxEntries), ttl: 600_000 })
  }

  /** Takes note of a challenge; returns how often it has been in vain by now. */
  note({ caller, tokenFingerprint, tools, scopes }: StepUpChallenge): number {
    const key = JSON.stringify([caller.issuer, caller.clientId, caller.subject, tools])
    const before = this.#asked.get(key)
    const again =
      before !== undefined &&
      before.tokenFingerprint !== tokenFingerprint &&
      missingScopes(before.scopes, caller.scopes).length > 0
    const times = (before?.times ?? 0) + (again ? 1 : 0)
    this.#asked.set(key, { tokenFingerprint, scopes, times })
    return again ? times : 0
  }
}
