import type { FailureRule } from '../../src/failures/failure-rule.js'

/** Says in a few words what an MCP client gets for a failure: status and challenge, or a tool error. */
export function failureAnswer({ respondAs, status, challenge }: FailureRule): string {
  if (respondAs === 'tool') return 'tool error'
  if (challenge === 'none') return `${status}`
  return challenge === 'plain' ? `${status}, challenge without error` : `${status} \`${challenge}\``
}
