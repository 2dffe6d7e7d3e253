import type { ServerContext } from '@modelcontextprotocol/server'
import type { OnBehalfOfError } from '../failures/errors.js'
import { anonymousRequest } from '../identity/anonymous-request.js'
import { permittedVerdict, verdictOn } from '../policy/call-verdicts.js'
import type { PolicyVerdict } from '../policy/policy-verdict.js'
import type { Tool } from '../tools/tool.js'

/** The policy's verdict on a call, as the middleware chain has kept it. */
export function verdictOf(tool: Tool, { http, mcpReq }: ServerContext): PolicyVerdict | undefined {
  return verdictOn(http?.authInfo ?? anonymousRequest(undefined), tool.name, mcpReq.id)
}

/** Why a call is not made, where the policy has said so. */
export function deniedByPolicy(tool: Tool, context: ServerContext): OnBehalfOfError | undefined {
  const verdict = verdictOf(tool, context)
  return verdict !== undefined && 'failure' in verdict ? verdict.failure : undefined
}

/** Throws for a call that the policy has not decided about, where there is one. */
export function assertDecided(
  tool: Tool,
  { http, mcpReq }: ServerContext,
  hasPolicy: boolean,
): void {
  const call = { tool: tool.name, messageId: mcpReq.id, hasPolicy }
  permittedVerdict(http?.authInfo ?? anonymousRequest(undefined), call)
}
