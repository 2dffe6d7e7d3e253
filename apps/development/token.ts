import { parseArgs } from 'node:util'
import { obtainToken } from './obtain-token.js'
import { TOKEN_DEFAULTS } from './token-command.js'

const USAGE = `Usage: npm run --silent token -- --user <name> [--scope "<scopes>"] [--resource <identifier>] [--issuer <url>]

Prints an access token from the running development authorization server.
  --user      alice, bob or carol, or a user of your DEV_DIRECTORY
  --scope     default: "${TOKEN_DEFAULTS.scope}"
  --resource  whom the token is for; default: ${TOKEN_DEFAULTS.resource}
  --issuer    default: ${TOKEN_DEFAULTS.issuer}
`

async function main(): Promise<void> {
  const values = parseCommandLine()
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  if (values.user === undefined) throw new CommandLineError('--user is missing.')
  const token = await obtainToken({ ...values, username: values.user })
  process.stdout.write(`${token}\n`)
}

function readArguments() {
  return parseArgs({
    options: {
      user: { type: 'string' },
      scope: { type: 'string', default: TOKEN_DEFAULTS.scope },
      resource: { type: 'string', default: TOKEN_DEFAULTS.resource },
      issuer: { type: 'string', default: TOKEN_DEFAULTS.issuer },
      help: { type: 'boolean', default: false },
    },
  }).values
}

function parseCommandLine(): ReturnType<typeof readArguments> {
  try {
    return readArguments()
  } catch (cause) {
    throw new CommandLineError(cause instanceof Error ? cause.message : 'unreadable', { cause })
  }
}

/** A command line that cannot be understood: only then the usage helps. */
class CommandLineError extends Error {}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : 'unknown failure'
  process.stderr.write(error instanceof CommandLineError ? `${text}\n\n${USAGE}` : `${text}\n`)
  process.exitCode = 1
})
