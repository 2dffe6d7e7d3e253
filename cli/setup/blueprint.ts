/** What the tenant is to have in the end. */
export interface Blueprint {
  /** The tenant's own domain, with a port where it has one. */
  readonly domain: string
  readonly server: {
    /** Where clients reach the server; the endpoint is `/mcp` below it. */
    readonly url: string
    readonly identifier: string
    readonly scopes: readonly string[]
  }
  readonly api: {
    readonly url: string
    readonly identifier: string
    readonly scopes: readonly string[]
  }
  /** How MCP clients that nobody has registered by hand get in; empty for not at all. */
  readonly clientsBy: ReadonlySet<'metadata' | 'registration'>
  /** The connection that such clients sign in with. */
  readonly connection: string
  /** A role with every scope of both APIs. */
  readonly role: string | undefined
}
