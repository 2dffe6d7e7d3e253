import { parseArgs } from 'node:util'
import { obtainToken } from './obtain-token.js'
import { TOKEN_DEFAULTS } from './token-command.js'

const USAGE = `Usage: npm run --silent token -- --user <name> [--scope "<scopes>"] [--resource <identifier>] [--issuer <url>]

Prints an access token from the running development authorization server.
  --user      alice, bob or carol
  --scope     default: "tool:whoami tool:greet"
  --resource  whom the token is for; default: ${TOKEN_DEFAULTS.resource}
  --issuer    default: ${TOKEN_DEFAULTS.issuer}
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      user: { type: 'string' },
      scope: { type: 'string', default: 'tool:whoami tool:greet' },
      resource: { type: 'string', default: TOKEN_DEFAULTS.resource },
      issuer: { type: 'string', default: TOKEN_DEFAULTS.issuer },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  if (values.user === undefined) throw new Error('--user is missing.')
  const token = await obtainToken({ ...values, username: values.user })
  process.stdout.write(`${token}\n`)
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : 'unknown failure'
  process.stderr.write(`${text}\n\n${USAGE}`)
  process.exitCode = 1
})
