import { readSettings } from '../../src/config/config.js'
import { runDevelopment } from './run-development.js'
import { runToken } from './run-token.js'

const PROGRAM = 'npx mcp-on-behalf-of-dev'

const USAGE = `usage: ${PROGRAM} [token --user <name> …]

Runs a development authorization server, a protected API and the MCP server on
this machine until Ctrl-C; nothing is stored. With token, prints an access token
of the running authorization server (token --help).

  IDENTITY_PROVIDER=entra         a stand-in for Entra in place of that server;
                                  or keycloak, or okta
  DEV_DIRECTORY=file.json         your own users, roles, scopes, clients, APIs
  DEV_AUTHORIZATION_SERVER_PORT   default 9000
  DEV_API_PORT                    default 8787
  PORT                            of the MCP server, default 3001
`

/**
 * Runs the command line of the development set-up: without arguments the set-up itself, `token` for an access token. Resolves
 * with the exit code; never rejects.
 */
export async function runDevelopmentCommand(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv
  if (command === 'token') return runToken(rest, `${PROGRAM} token`)
  if (command === '--help' || command === '-h') {
    process.stdout.write(USAGE)
    return 0
  }
  if (command !== undefined) {
    process.stderr.write(`There is no such command. See ${PROGRAM} --help.\n`)
    return 2
  }
  try {
    const { environment, file } = readSettings()
    await runDevelopment({ environment, file, tokenProgram: `${PROGRAM} token` })
    return 0
  } catch (error) {
    process.stderr.write(
      `Could not start: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
    )
    return 1
  }
}
