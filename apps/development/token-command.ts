/** Where `npm run token` asks, and for whom, unless it is told otherwise: the ports of `npm start`. */
export const TOKEN_DEFAULTS = {
  resource: 'http://localhost:3001/mcp',
  issuer: 'http://localhost:9000/',
} as const

/** Writes the shell line that puts a token for alice into `TOKEN`, naming what differs from the defaults. */
export function tokenCommand(issuer: string, resource: string): string {
  const differing = [
    ...(issuer === TOKEN_DEFAULTS.issuer ? [] : ['--issuer', issuer]),
    ...(resource === TOKEN_DEFAULTS.resource ? [] : ['--resource', resource]),
  ]
  return `TOKEN=$(${['npm run --silent token -- --user alice', ...differing].join(' ')})`
}
