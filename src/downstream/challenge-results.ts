import type { AuthInfo, CallToolResult } from '@modelcontextprotocol/server'
import type { OnBehalfOfError } from '../failures/errors.js'
import { setPendingStepUp } from './downstream-step-up.js'

/** Makes the result that takes the place of a tool's own; `undefined` where the client acts on HTTP errors. */
export type ChallengeResponder = (challenge: OnBehalfOfError) => CallToolResult | undefined

const responders = new WeakMap<AuthInfo, ChallengeResponder>()

/** Says how challenges are answered that come up while a tool of this request runs. */
export function respondToChallenges(authInfo: AuthInfo, responder: ChallengeResponder): void {
  responders.set(authInfo, responder)
}

/**
 * Offers a challenge that came up while a handler ran: gives the result to answer with, which works within an event stream too;
 * else leaves the challenge for the route, which answers with it by HTTP where the answer has not begun.
 */
export function offerChallenge(
  authInfo: AuthInfo,
  challenge: OnBehalfOfError,
): CallToolResult | undefined {
  const result = responders.get(authInfo)?.(challenge)
  if (result === undefined) setPendingStepUp(authInfo, challenge)
  return result
}
