import type { LogLevel } from '../../src/failures/failure-rule.js'
import type { LoggedEvent, Logger } from '../../src/logging/logger.js'
import { keepForScan } from './leak-scan.js'

export interface LogLine {
  readonly level: LogLevel
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A log that keeps its lines for a test to look at. */
export class RecordingLog implements Logger {
  readonly lines: LogLine[] = []

  debug(event: LoggedEvent): void {
    this.#keep('debug', event)
  }

  info(event: LoggedEvent): void {
    this.#keep('info', event)
  }

  warn(event: LoggedEvent): void {
    this.#keep('warn', event)
  }

  error(event: LoggedEvent): void {
    this.#keep('error', event)
  }

  #keep(level: LogLevel, { event: name, ...fields }: LoggedEvent): void {
    this.lines.push({ level, name, fields })
    keepForScan('log', JSON.stringify({ level, name, fields }))
  }

  named(name: string): readonly LogLine[] {
    return this.lines.filter((line) => line.name === name)
  }

  /** Everything as it would be written. */
  text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n')
  }
}
