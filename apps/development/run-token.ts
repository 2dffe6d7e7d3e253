import { parseArgs } from 'node:util'
import { obtainToken } from './obtain-token.js'
import { scopeNotice } from './scope-notice.js'
import { signInPlaceOf } from './sign-in-place.js'
import { TOKEN_DEFAULTS } from './token-command.js'

/**
 * Prints an access token, as the command line asks. Resolves with the exit code; `program` is how it was called.
 *
 * 2: a command line that cannot be understood. 1: no token.
 */
export async function runToken(argv: readonly string[], program: string): Promise<number> {
  try {
    const values = parseCommandLine(argv)
    if (values.help) {
      process.stdout.write(usage(program))
      return 0
    }
    await printToken(values)
    return 0
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown failure'
    const isUnclear = error instanceof CommandLineError
    process.stderr.write(isUnclear ? `${text} See ${program} --help.\n` : `${text}\n`)
    return isUnclear ? 2 : 1
  }
}

async function printToken(values: ReturnType<typeof readArguments>): Promise<void> {
  const { user: username = '', issuer, resource } = values
  if (username.trim() === '') throw new CommandLineError('--user is missing.')
  if (!URL.canParse(issuer)) throw new CommandLineError('--issuer must be a URL.')
  const { scopes: known, ...place } = await signInPlaceOf(issuer, resource)
  const scope = values.scope ?? known?.join(' ') ?? TOKEN_DEFAULTS.scope
  const token = await obtainToken({ ...place, username, resource, scope })
  process.stderr.write(scopeNotice(token, { scope, known: known ?? [], username, resource }))
  process.stdout.write(`${token}\n`)
}

function usage(program: string): string {
  return `Usage: ${program} --user <name> [options]

Prints an access token from the running development authorization server.
  --user <name>            alice, bob or carol, or a user of your DEV_DIRECTORY
  --scope "<scopes>"       default: all scopes of that API
  --resource <identifier>  whom the token is for;
                           default: ${TOKEN_DEFAULTS.resource}
  --issuer <url>           default: ${TOKEN_DEFAULTS.issuer}

Exit code 1: no token. 2: wrong usage.
`
}

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      user: { type: 'string' },
      scope: { type: 'string' },
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
    // Node's own message quotes what was given, which may be a secret gone astray.
    const message =
      'There is no such option, an option lacks its value, or a word stands where no option is.'
    throw new CommandLineError(message, { cause })
  }
}

/** A command line that cannot be understood; `message` says what to change. */
class CommandLineError extends Error {}
