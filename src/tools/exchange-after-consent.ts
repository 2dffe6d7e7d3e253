import type { AuthInfo } from '@modelcontextprotocol/server'
import type { DownstreamAccess, ReadyAccess } from '../downstream/downstream-access.js'
import { setPendingStepUp } from '../downstream/downstream-step-up.js'
import { asOnBehalfOfError } from '../failures/errors.js'
import type { RequestObservation } from '../observability/request-observation.js'

/** The request for which the exchange waits. */
export interface WaitingCall {
  readonly authInfo: AuthInfo
  readonly tool: { readonly name: string }
  readonly observation?: RequestObservation | undefined
}

/**
 * An access whose exchange waits for the user's consent. By then the handler runs: what an exchange in front of it would answer as HTTP
 * is left for the route to answer with, and fails the tool.
 */
export function exchangeAfterConsent(
  { authInfo, tool, observation }: WaitingCall,
  exchange: () => Promise<ReadyAccess>,
): DownstreamAccess {
  return {
    afterConsent: async () => {
      try {
        return await exchange()
      } catch (thrown) {
        const failure = asOnBehalfOfError(thrown)
        setPendingStepUp(authInfo, failure)
        if (failure.code === 'insufficient_scope') observation?.decided([tool.name], 'step_up')
        return { failure }
      }
    },
  }
}
