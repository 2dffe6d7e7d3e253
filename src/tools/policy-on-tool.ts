import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { verdictsOf } from '../policy/call-verdicts.js'

/** What the verdicts on the calls of one tool in a request mean for its exchange, which serves all of them. */
export interface PolicyOnTool {
  /** None of the calls may be made. */
  readonly failure?: OnBehalfOfError | undefined
  /** The user is asked before each call that may be made. */
  readonly waits: boolean
}

/** Where there `hasPolicy` and no verdict, nothing is exchanged. */
export function policyOnTool(authInfo: AuthInfo, tool: string, hasPolicy: boolean): PolicyOnTool {
  if (!hasPolicy) return { waits: false }
  const ofTool = (verdictsOf(authInfo) ?? []).filter((each) => each.tool === tool)
  const kinds = new Set(ofTool.map(({ verdict }) => verdict.kind))
  if (kinds.has('allowed')) return { waits: false }
  if (kinds.has('asked')) return { waits: true }
  const failures = ofTool.flatMap(({ verdict }) => ('failure' in verdict ? [verdict.failure] : []))
  const [failure = new OnBehalfOfError('policy_unavailable', { reason: 'not_decided' })] = failures
  return { failure, waits: false }
}
