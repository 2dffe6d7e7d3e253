import { parseArgs } from 'node:util'
import { scopesOf } from './api-scopes.js'
import { obtainToken } from './obtain-token.js'
import { scopeNotice } from './scope-notice.js'
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
    const { user: username, issuer, resource } = values
    const known = await scopesOf(issuer, resource)
    const scope = values.scope ?? known?.join(' ') ?? TOKEN_DEFAULTS.scope
    const token = await obtainToken({ username, issuer, resource, scope })
    process.stderr.write(scopeNotice(token, { scope, known: known ?? [], username, resource }))
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
  --scope     default: all scopes of that API
  --resource  whom the token is for; default: ${TOKEN_DEFAULTS.resource}
  --issuer    default: ${TOKEN_DEFAULTS.issuer}
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
    throw new CommandLineError(cause instanceof Error ? cause.message : 'unreadable', { cause })
  }
}

/** A command line that cannot be understood: only then the usage helps. */
class CommandLineError extends Error {}
