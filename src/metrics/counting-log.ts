import type { LoggedEvent, Logger } from '../logging/logger.js'

/** The same logger, which also tells each event's name and level. */
export function countingLog(
  log: Logger,
  count: (event: string, level: keyof Logger) => void,
): Logger {
  const counted =
    (level: keyof Logger) =>
    (event: LoggedEvent): unknown => {
      count(event.event, level)
      const write: (event: LoggedEvent) => unknown = log[level].bind(log)
      // A logger may be asynchronous, whatever its type says.
      return write(event)
    }
  return {
    debug: counted('debug'),
    info: counted('info'),
    warn: counted('warn'),
    error: counted('error'),
  }
}
