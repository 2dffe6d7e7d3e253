import type { LogLevel } from '../failures/failure-rule.js'
import { withoutUndefined } from '../options/without-undefined.js'
import type { LoggedEvent, Logger } from './logger.js'
import { warnProcess } from './process-warning.js'

/**
 * Writes one event to a logger, without its fields that are `undefined`. Never throws: a request must not fail because its log does. The first failure of a logger
 * is reported as a warning of the process.
 */
export function logEvent(log: Logger, level: LogLevel, event: LoggedEvent): void {
  try {
    // A logger may be asynchronous, whatever its type says.
    const write: (event: LoggedEvent) => unknown = log[level].bind(log)
    const written = write(withoutUndefined(event))
    if (written instanceof Promise) written.catch(reportFailure)
  } catch {
    reportFailure()
  }
}

function reportFailure(): void {
  warnProcess(
    'The log of mcp-on-behalf-of failed: events are missing from it.',
    'MCP_ON_BEHALF_OF_LOG',
  )
}
