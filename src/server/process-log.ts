import { pino, type DestinationStream } from 'pino'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { prettyLine } from '../logging/pretty-line.js'
import { withoutCredentials } from '../logging/without-credentials.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { VERSION } from '../version.js'
import { createLogOutput } from './log-output.js'

/** How much the log of a process says, and where. */
export interface ProcessLogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Default: standard output, without waiting for its reader. At most 16 MiB wait; lines beyond them are lost and counted. */
  readonly destination?: DestinationStream | undefined
  /** `pretty`: lines for a person at a terminal. Default `json`. */
  readonly format?: 'json' | 'pretty' | undefined
  /** Whether lines for a person have colours. Default false. */
  readonly colored?: boolean | undefined
}

const OPTIONS = optionsSchema<ProcessLogOptions>({
  level: optionValues.oneOf('debug', 'info', 'warn', 'error', 'silent'),
  destination: optionValues.withFunctions('a stream', 'write').optional(),
  format: optionValues.oneOf('json', 'pretty').optional(),
  colored: optionValues.flag.optional(),
})

/**
 * Creates the log of the process: one JSON line an event, with `event` as its name.
 *
 * A net below the callers, who pass no credentials: fields named `token`, `authorization` or `secret` are left out, and so
 * are such members of a field. Deeper ones, and other names, are not looked for.
 *
 * @category Server
 */
export function createProcessLog(options: ProcessLogOptions): Logger {
  return openProcessLog(options).log
}

/** `createProcessLog`, with an end: `close` waits for the reader of standard output, for a second at most. */
export function openProcessLog(options: ProcessLogOptions): {
  readonly log: Logger
  readonly close: () => Promise<void>
} {
  assertOptions('createProcessLog', OPTIONS, options)
  const output =
    options.destination === undefined
      ? createLogOutput((dropped) => {
          logEvent(log, 'error', { event: 'log_lines_dropped', dropped })
        })
      : {
          write: (line: string) => options.destination?.write(line),
          close: () => Promise.resolve(),
        }
  const log: Logger = pino(
    {
      level: options.level,
      base: { service: 'mcp-on-behalf-of', version: VERSION },
      formatters: { level: (label) => ({ level: label }), log: withoutCredentials },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    options.format === 'pretty' ? prettied(output, options.colored === true) : output,
  )
  return { log, close: () => output.close() }
}

function prettied(output: DestinationStream, colored: boolean): DestinationStream {
  return {
    write: (line) => {
      output.write(prettyLine(line, colored))
    },
  }
}
