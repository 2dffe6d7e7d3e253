import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { createPseudonymizer } from '../audit/pseudonym.js'
import { createRequestLine, requestFields } from '../audit/request-line.js'
import { silentLog, type Logger } from '../logging/logger.js'
import { combineObservers } from '../observability/combine-observers.js'
import type { Observer, ObservedTool } from '../observability/observer.js'
import type { ObservationOptions } from '../observability/request-observation.js'
import { systemClock } from '../time/clock.js'

/** What there is to observe for, and what is known of the tools. */
export interface ObservationParts {
  readonly log: Logger | undefined
  readonly observer: Observer | undefined
  /** Whether the tools are those of the standalone server. */
  readonly ownTools: boolean
  readonly toolFacts: ObservationOptions['toolFacts']
}

/** How a server is observed; `undefined` where nobody wants to know anything, so that nothing is prepared for it. */
export function observationFor({
  log = silentLog,
  observer,
  ownTools,
  toolFacts,
}: ObservationParts): ObservationOptions | undefined {
  const logs = log !== silentLog
  // The line is one process's: without a key of the operator's, its names mean nothing elsewhere.
  const pseudonymize = createPseudonymizer(randomBytes(32))
  const line = logs ? createRequestLine(log, pseudonymize) : undefined
  const combined = combineObservers([line, observer])
  if (combined === undefined) return undefined
  return {
    observer: combined,
    toolFacts,
    ownTools,
    describe: logs ? (request, calls) => requestFields(request, calls, pseudonymize) : undefined,
    clock: systemClock,
    stopwatch: () => performance.now(),
  }
}

/** Where nothing more is known of a declared tool than that. */
export const NO_FACTS: ObservedTool = {}
