import type { Request, RequestHandler } from 'express'
import type { ToolHost } from '../src/downstream/call-log.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { whenOver } from '../src/http/when-over.js'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { userKeyOf, type Caller } from '../src/identity/caller.js'
import { keepVerdicts, type CallVerdict } from '../src/policy/call-verdicts.js'
import { deciderOf } from '../src/policy/decider-name.js'
import { PolicyDecider } from '../src/policy/policy-decider.js'
import type { PolicyVerdict } from '../src/policy/policy-verdict.js'
import type { Policy } from '../src/policy/policy.js'
import { assertUniqueCallIds } from '../src/tools/call-ids.js'
import { policedCallsIn, type PolicedCall } from '../src/tools/policed-calls.js'
import type { ToolSet } from '../src/tools/tool-set.js'
import type { ToolRequirements } from '../src/tools/tool.js'
import { addressBlockOf } from './client-address.js'
import { meantMessages } from './inner-calls.js'
import { authInfoOf } from './require-bearer-auth.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** What `callPolicy` needs: the policy, and what is known of the tools. */
export interface CallPolicyOptions {
  readonly policy: Policy
  readonly timeoutMs?: number | undefined
  /** The tools, for requests that bring none. */
  readonly tools: Pick<ToolSet, 'registry' | 'facts'>
  /** Who runs the tools. `standalone` answers a refused call itself. */
  readonly host: ToolHost
}

/**
 * Has a policy decide about each tool call of a request, and keeps the verdicts with it.
 *
 * In a server of our own, a refused call gets a tool error and the others of a batch go on. In another server, one refused call
 * refuses the request, since its handlers are not ours to stop. Needs `toolScopes` and `limitTools` in front, and `tokenExchange`
 * behind it.
 */
export function callPolicy(options: CallPolicyOptions): RequestHandler {
  const { host } = options
  const decider = new PolicyDecider(options.policy, options.timeoutMs)
  const decidedBy = deciderOf(options.policy)
  return async function callPolicyMiddleware(req, res, next) {
    const { anonymous, observation, tools: { registry, facts } = options.tools } = stateOf(req)
    assertUniqueCallIds(req.body)
    const authInfo = authInfoOf(req)
    const caller = anonymous === undefined ? requireAuthContext(authInfo).caller : undefined
    const request = anonymous ?? authInfo
    if (request === undefined) throw new OnBehalfOfError('misconfigured')
    const calls = policedCallsIn(meantMessages(req), {
      ...{ requestId: requestIdOf(req), caller },
      operationOf: (name) => facts(name)?.operation,
      toolOf: (name) => registry.find(name),
    })
    const gone = new AbortController()
    if (calls.length > 0) whenOver(res, gone.abort.bind(gone))
    const user = userOf(req, caller)
    const decided = await Promise.all(
      calls.map(async (each): Promise<CallVerdict> => {
        const { tool: name } = each.call
        const decide = () => decider.decide({ call: each.call, user, signal: gone.signal })
        const of = { tool: name, messageId: each.messageId, decider: decidedBy }
        const verdict = await (observation === undefined
          ? decide()
          : observation.decides(of, decide))
        const tool = registry.find(name)
        const held = enforceable(tightened(verdict, each), { caller, host, tool })
        observation?.policed(name, each.messageId, held)
        return { messageId: each.messageId, tool: name, verdict: held }
      }),
    )
    keepVerdicts(request, decided)
    const refused = decided.map(({ verdict }) => verdict).find((verdict) => 'failure' in verdict)
    if (host === 'library' && refused !== undefined) throw refused.failure
    if (!res.destroyed) next()
  }
}

/** What the user was asked about before is not made without their answer. */
function tightened(verdict: PolicyVerdict, { isReply }: PolicedCall): PolicyVerdict {
  return isReply && verdict.kind === 'allowed' ? { kind: 'asked', reason: undefined } : verdict
}

interface Enforcing {
  readonly caller: Caller | undefined
  readonly host: ToolHost
  readonly tool: ToolRequirements | undefined
}

/** There may be nobody to ask, or a handler that nothing makes ask. */
function enforceable(verdict: PolicyVerdict, { caller, host, tool }: Enforcing): PolicyVerdict {
  if (verdict.kind !== 'asked') return verdict
  const asks = host === 'standalone' || tool?.downstream !== undefined || Boolean(tool?.confirm)
  if (caller !== undefined && asks) return verdict
  const description =
    caller === undefined
      ? 'A policy wants the user to be asked before this call, and nobody is signed in. Nothing was called. Sign in, and call the tool again.'
      : 'A policy wants the user to be asked before this call, and this tool cannot ask. Nothing was called. An operator has to declare confirm for this tool, or change the policy.'
  return {
    ...{ kind: 'denied', reason: verdict.reason },
    failure: new OnBehalfOfError('confirmation_unavailable', {
      ...{ reason: 'client_cannot_ask', description },
    }),
  }
}

function userOf(req: Request, caller: Caller | undefined): string {
  return caller === undefined ? `address ${addressBlockOf(req)}` : userKeyOf(caller)
}
