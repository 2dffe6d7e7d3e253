/** How we know that a command on a page works. */
export type Verified =
  /** A test file runs it, or what it runs. */
  | { readonly by: 'test'; readonly file: string }
  /** It stands in `.ci/run`, word for word. */
  | { readonly by: 'ci'; readonly line: string }
  /** commands.test.ts runs it. */
  | { readonly by: 'here' }
  /** Nobody does: it needs what a test machine does not have. */
  | { readonly needs: 'a tenant' | 'Docker' | 'a client program' }

export interface KnownCommand {
  readonly command: RegExp
  readonly verified: Verified
}

/** Every command that may stand on a page. The first that fits counts. */
export const KNOWN_COMMANDS: readonly KnownCommand[] = [
  {
    command: /^npm ci && npm start$/,
    verified: { by: 'test', file: 'test/e2e/npm-start.test.ts' },
  },
  { command: /^npm ci && npm test$/, verified: { by: 'ci', line: 'npm test' } },
  { command: /^npm run demo$/, verified: { by: 'ci', line: 'npm run demo' } },
  {
    command: /^TOKEN=\$\(npm run --silent token -- --user alice\)$/,
    verified: { by: 'here' },
  },
  { command: /^curl -sS http:\/\/localhost:3001\/mcp -H /, verified: { by: 'here' } },
  {
    command: /^npx -y @modelcontextprotocol\/inspector /,
    verified: { needs: 'a client program' },
  },
  { command: /^claude mcp add /, verified: { needs: 'a client program' } },
  { command: /^docker compose up(?: --build)?$/, verified: { needs: 'Docker' } },
  { command: /^npm run setup -- /, verified: { needs: 'a tenant' } },
  { command: /^npm run doctor$/, verified: { needs: 'a tenant' } },
]

/**
 * What pages name and other work brings. An entry that has come fails the test: take it out here.
 */
export const NOT_HERE_YET = {
  pages: ['docs/auth0.md', 'docs/clients.md'],
  scripts: ['setup', 'doctor'],
} as const satisfies Record<string, readonly string[]>
