import { parseArgs } from 'node:util'
import { obtainToken } from './obtain-token.js'
import { TOKEN_DEFAULTS } from './token-command.js'

/** Prints an access token, as the command line asks. Resolves with the exit code; `program` is how it was called. */
export async function runToken(argv: readonly string[], program: string): Promise<number> {
  try {
    const values = parseCommandLine(argv)
    if (values.help) {
      process.stdout.write(usage(program))
      return 0
    }
    if (values.user === undefined) throw new CommandLineError('--user is missing.')
    const token = await obtainToken({ ...values, username: values.user })
    process.stdout.write(`${token}\n`)
    return 0
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown failure'
    const isUnclear = error instanceof CommandLineError
    process.stderr.write(isUnclear ? `${text}\n\n${usage(program)}` : `${text}\n`)
    return 1
  }
}

function usage(program: string): string {
  return `Usage: ${program} --user <name> [--scope "<scopes>"] [--resource <identifier>] [--issuer <url>]

Prints an access token from the running development authorization server.
  --user      alice, bob or carol, or a user of your DEV_DIRECTORY
  --scope     default: "${TOKEN_DEFAULTS.scope}"
  --resource  whom the token is for; default: ${TOKEN_DEFAULTS.resource}
  --issuer    default: ${TOKEN_DEFAULTS.issuer}
`
}

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      user: { type: 'string' },
      scope: { type: 'string', default: TOKEN_DEFAULTS.scope },
      resource: { type: 'string', default: TOKEN_DEFAULTS.resource },
      issuer: { type: 'string', default: TOKEN_DEFAULTS.issuer },
      help: { type: 'boolean', default: false },
    },
  }).values
}

function parseCommandLine(argv: readonly string[]): ReturnType<typeof readArguments> {
  try {
    return readArguments(argv)
  } catch (cause) {
    throw new CommandLineError(cause instanceof Error ? cause.message : 'unreadable', { cause })
  }
}

/** A command line that cannot be understood: only then the usage helps. */
class CommandLineError extends Error {}
