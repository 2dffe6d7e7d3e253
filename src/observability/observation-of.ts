import type { AuthInfo } from '@modelcontextprotocol/server'
import type { RequestObservation } from './request-observation.js'

const observations = new WeakMap<AuthInfo, RequestObservation>()

/** Ties an observation to what the SDK hands to the tools of the request. */
export function observeAuthInfo(authInfo: AuthInfo, observation: RequestObservation): void {
  observations.set(authInfo, observation)
}

/** The observation of the request that an `AuthInfo` belongs to; `undefined` where nobody observes. */
export function observationOf(authInfo: AuthInfo | undefined): RequestObservation | undefined {
  return authInfo === undefined ? undefined : observations.get(authInfo)
}
