import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import { answerRule } from '../failures/answer-rule.js'
import { OnBehalfOfError, type FailureCode } from '../failures/errors.js'
import { FAILURE_TABLE } from '../failures/failure-table.js'
import { userKeyOf, type Caller } from '../identity/caller.js'
import { fingerprint } from '../identity/verified-token-cache.js'
import type { Secret } from '../secret.js'
import { systemClock, type Clock } from '../time/clock.js'

/** The call that a claims challenge is the answer to. */
export interface ChallengedCall {
  readonly caller: Caller
  readonly subjectToken: Secret
  readonly tool: string
  /** Who wants the claims: the identity provider, at the exchange, or the API. */
  readonly wantedBy: 'exchange' | 'api'
}

const MOST_IN_VAIN = 3
const REMEMBERED_MS = 600_000

/**
 * Recognises clients that run in circles: challenged for claims, they come back with another token that lacks them just the same.
 *
 * Remembers the tokens of the last challenges, by fingerprint, for each client, user and tool: at most `maxEntries` of these for
 * ten minutes.
 */
export class ClaimsLoops {
  readonly #challenged: LRUCache<string, readonly string[]>

  constructor({
    maxEntries = 10_000,
    clock = systemClock,
  }: { readonly maxEntries?: number; readonly clock?: Clock | undefined } = {}) {
    this.#challenged = new LRUCache({
      ...entriesAtMost(maxEntries),
      ttl: REMEMBERED_MS,
      ttlResolution: 0,
      perf: { now: clock },
    })
  }

  /**
   * What the client gets for a failure: the failure itself, but once three challenges were in vain, in place of a claims
   * challenge an error that a person can read.
   */
  settled(failure: OnBehalfOfError, call: ChallengedCall): OnBehalfOfError {
    if (answerRule(failure).challenge !== 'insufficient_claims') return failure
    const key = keyOf(call)
    const token = fingerprint(call.subjectToken)
    const before = this.#challenged.get(key) ?? []
    // Two devices of one user take turns with the same two tokens: only a token that is new was in vain.
    const tokens = before.includes(token) ? before : [...before, token].slice(0, MOST_IN_VAIN + 1)
    this.#challenged.set(key, tokens)
    return tokens.length > MOST_IN_VAIN ? inVain(failure) : failure
  }

  /** The call was not challenged: what was asked for has come. */
  passed(call: ChallengedCall): void {
    if (this.#challenged.size > 0) this.#challenged.delete(keyOf(call))
  }
}

function keyOf({ caller, tool, wantedBy }: ChallengedCall): string {
  return JSON.stringify([userKeyOf(caller), caller.clientId, tool, wantedBy])
}

/** A code without a challenge of its own: another 401 would only send the client round again. */
function inVain({ code, details }: OnBehalfOfError): OnBehalfOfError {
  const settled: FailureCode = FAILURE_TABLE[code].respondAs === 'tool' ? code : 'access_denied'
  return new OnBehalfOfError(settled, {
    ...details,
    claims: undefined,
    reason: 'claims_ignored',
    description:
      'More is wanted of the sign-in, such as a second factor or a registered device. The user has signed in again several times, and this client did not ask for it. Signing in again with this client does not help.',
    log: {
      ...details.log,
      hint: 'The client signs in again without the claims of the challenge, or the user cannot fulfil them. Have the identity provider ask for the same at the sign-in to this server (Entra: let the Conditional Access policy include its app registration), or use a client that sends claims on.',
    },
  })
}
