import { parseArgs } from 'node:util'
import { runServer } from '../src/main.js'
import { UsageError } from './usage-error.js'

const HELP = `usage: mcp-on-behalf-of serve

Runs the MCP server until SIGTERM or SIGINT; calls under way may end first.
Settings come from the environment and from a .env file in the working
directory; .env.example of this package lists them.

Exit code 1: the configuration is faulty; every issue is named at once.
          2: wrong usage.
`

/** `serve`: runs the MCP server; resolves with the exit code once it has stopped. Takes no options. */
export async function serve(argv: readonly string[]): Promise<number> {
  if (wantsHelp(argv)) {
    process.stdout.write(HELP)
    return 0
  }
  return runServer()
}

/** Whether help is asked for. Throws a `UsageError` for anything else: settings are no options. */
function wantsHelp(argv: readonly string[]): boolean {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h', default: false } },
    })
    return values.help
  } catch {
    throw new UsageError(
      // Without what was given: it may be a secret, and this ends up in logs.
      'serve takes no arguments. Settings come from the environment or ./.env.',
    )
  }
}
