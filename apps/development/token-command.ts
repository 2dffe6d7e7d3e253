/** Where `npm run token` asks, and for what, unless it is told otherwise: the ports and scopes of `npm start`. */
export const TOKEN_DEFAULTS = {
  resource: 'http://localhost:3001/mcp',
  issuer: 'http://localhost:9000/',
  scope: 'tool:whoami tool:greet read:trips read:bookings write:bookings',
} as const

export interface TokenCommandOptions {
  /** What starts the token program: `npm run --silent token --`. */
  readonly program: string
  readonly username: string
  readonly issuer: string
  readonly resource: string
  /** Space-separated. Default: that of the program. */
  readonly scope?: string | undefined
}

/** Writes the shell line that puts a token into `TOKEN`, naming what differs from the defaults. */
export function tokenCommand(options: TokenCommandOptions): string {
  const { program, username, issuer, resource, scope = TOKEN_DEFAULTS.scope } = options
  const differing = [
    ...(issuer === TOKEN_DEFAULTS.issuer ? [] : ['--issuer', issuer]),
    ...(resource === TOKEN_DEFAULTS.resource ? [] : ['--resource', resource]),
    ...(scope === TOKEN_DEFAULTS.scope ? [] : ['--scope', `"${scope}"`]),
  ]
  return `TOKEN=$(${[program, '--user', username, ...differing].join(' ')})`
}
