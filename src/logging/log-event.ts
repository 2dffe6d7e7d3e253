import { emitWarning } from 'node:process'
import type { LogLevel } from '../failures/failure-table.js'
import type { LoggedEvent, Logger } from './logger.js'

/**
 * Writes one event to a logger. Never throws: a request must not fail because its log does. The first failure of a logger
 * is reported as a warning of the process.
 */
export function logEvent(log: Logger, level: LogLevel, event: LoggedEvent): void {
  try {
    // A logger may be asynchronous, whatever its type says.
    const write: (event: LoggedEvent) => unknown = log[level].bind(log)
    const written = write(event)
    if (written instanceof Promise) written.catch(reportFailure)
  } catch {
    reportFailure()
  }
}

let reported = false

function reportFailure(): void {
  if (reported) return
  reported = true
  emitWarning('The log of mcp-on-behalf-of failed: events are missing from it.', {
    code: 'MCP_ON_BEHALF_OF_LOG',
  })
}
