import { canonicalJson } from '../audit/canonical-json.js'
import { userKeyOf, type Caller } from '../identity/caller.js'

/** The call that a consent is for. */
export interface ConsentedCall {
  readonly caller: Caller
  readonly tool: string
  readonly args: unknown
  /** Changes with what the tool is and does. */
  readonly version: string | undefined
  /** Epoch seconds: the last sign-out of the user that is known. What was asked before it is not answered after it. */
  readonly signedOutAt?: number | undefined
}

/**
 * All that a consent is for, as one text: user, session, organization, client, tool, its version, and the arguments as canonical JSON
 * (RFC 8785). Two calls have the same text if they are the same in all of these. `undefined` for arguments that are nested too deep.
 */
export function consentSubject(call: ConsentedCall): string | undefined {
  const { caller, tool, args, version, signedOutAt } = call
  const canonical = canonicalJson(args)
  if (canonical === undefined) return undefined
  const { issuer, clientId, organization, sessionId } = caller
  const parts = [userKeyOf(caller), issuer, organization, clientId, tool, version, canonical]
  // Where nobody can be signed out, neither is there.
  parts.push(sessionId, signedOutAt?.toString())
  return JSON.stringify(parts.map((part) => part ?? null))
}
