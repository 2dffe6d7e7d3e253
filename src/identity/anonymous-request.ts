import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuthInfo } from '@modelcontextprotocol/server'
import type { ChallengeOptions } from '../failures/failure-response.js'
import { observationOf } from '../observability/observation-of.js'
import type { RequestObservation } from '../observability/request-observation.js'

/** A request without credentials that asks for public tools alone, and was let in. */
export interface AnonymousRequest {
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string
  /** For a failure that is answered by one later. */
  readonly challenges: ChallengeOptions
  /** Absent where nobody observes. */
  readonly observation: RequestObservation | undefined
  /** The request counts as under way until `settled` settles, also where its client has gone before. */
  readonly keepUntil: (settled: Promise<unknown>) => void
}

const current = new AsyncLocalStorage<AnonymousRequest>()

/**
 * Does the work for an anonymous request. There is no `AuthInfo` that could lead a handler to it, so it is found by
 * `anonymousRequest` within this work alone.
 */
export function asAnonymous<T>(request: AnonymousRequest, work: () => T): T {
  return current.run(request, work)
}

/** The anonymous request that is worked for; `undefined` for one with an `AuthInfo`, wherever it is asked. */
export function anonymousRequest(authInfo: AuthInfo | undefined): AnonymousRequest | undefined {
  return authInfo === undefined ? current.getStore() : undefined
}

/** The observation of the request that is worked for, of a signed-in user or not; `undefined` where nobody observes. */
export function requestObservation(authInfo: AuthInfo | undefined): RequestObservation | undefined {
  return observationOf(authInfo) ?? anonymousRequest(authInfo)?.observation
}
