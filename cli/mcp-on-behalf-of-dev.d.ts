/** An optional peer, loaded on demand: the little that is used of it, so that it need not be installed to build. */
declare module 'mcp-on-behalf-of-dev' {
  export function runDevelopmentCommand(argv: readonly string[]): Promise<number>
}
