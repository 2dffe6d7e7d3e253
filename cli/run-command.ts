import { ConfigError } from '../src/config/config.js'
import { guardOutput, type GuardedIo } from './guarded-output.js'
import type { CommandIo } from './io.js'
import { UsageError } from './usage-error.js'

/** A command that answers `--help`, and what it says when it fails. */
export interface RunnableCommand<Options> {
  /** As it is called: `mcp-on-behalf-of NAME`. */
  readonly name: string
  readonly usage: string
  /** Gives `undefined` for `--help`; throws a `UsageError`. */
  readonly parse: (io: GuardedIo) => Options | undefined | Promise<Options | undefined>
  /** Resolves with the exit code. */
  readonly execute: (options: Options, io: GuardedIo) => number | Promise<number>
  /** The words for an error that is neither a `UsageError` nor a `ConfigError`, with their line end. */
  readonly failureText: (error: unknown) => string
}

/** Runs a command so that no secret is written. Resolves with the exit code: 2 for a command line that cannot be understood. */
export async function runCommand<Options>(
  io: CommandIo,
  { name, usage, parse, execute, failureText }: RunnableCommand<Options>,
): Promise<number> {
  const guarded = guardOutput(io)
  try {
    const options = await parse(guarded)
    if (options !== undefined) return await execute(options, guarded)
    guarded.write(usage)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      guarded.writeError(`${error.message} For all options: mcp-on-behalf-of ${name} --help\n`)
      return 2
    }
    guarded.writeError(error instanceof ConfigError ? `${error.message}\n` : failureText(error))
    return 1
  }
}
