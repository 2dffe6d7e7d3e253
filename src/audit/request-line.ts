import { identifierForLog } from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { scrub } from '../logging/scrub.js'
import type { ObservedCall, ObservedRequest, Observer } from '../observability/observer.js'
import { toolName } from './audit-record.js'
import type { Pseudonymize } from './pseudonym.js'

/** What a line about a request says of it beside its outcome. */
export function requestFields(
  { caller, mcpMethod, traceId }: ObservedRequest,
  calls: readonly ObservedCall[],
  pseudonymize: Pseudonymize,
): Readonly<Record<string, unknown>> {
  const names = [...new Set(calls.map(toolName))]
  return {
    mcpMethod: scrub(mcpMethod, 60),
    tool: names.length > 1 ? names.slice(0, 20) : names[0],
    caller: caller && pseudonymize(caller),
    clientId: caller && identifierForLog(caller.clientId),
    traceId,
  }
}

/**
 * Writes one line for each request that was not refused: `request_ended`. A refused one has `request_refused` with the same
 * fields.
 *
 * The level is `info`, whatever became of its calls: what failed has a line of its own, at the level of the failure table.
 */
export function createRequestLine(log: Logger, pseudonymize: Pseudonymize): Observer {
  return {
    requestEnded: ({ request, calls, outcome, reason, status, refused, durationMs }) => {
      if (refused) return
      logEvent(log, 'info', {
        event: 'request_ended',
        requestId: request.requestId,
        method: scrub(request.method, 20),
        ...requestFields(request, calls, pseudonymize),
        outcome,
        reason,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
      })
    },
  }
}
