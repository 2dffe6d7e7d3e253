/** What the tenant is to have in the end. */
export interface Blueprint {
  /** The tenant's own domain, with a port where it has one. */
  readonly domain: string
  readonly profile: ExchangeProfile
  readonly server: {
    /** Where clients reach the server; the endpoint is `/mcp` below it. */
    readonly url: string
    readonly identifier: string
    readonly scopes: readonly string[]
    /** Of scopes, by their names; a scope without one is described by its name. */
    readonly descriptions?: ReadonlyMap<string, string> | undefined
  }
  readonly api: {
    readonly url: string
    readonly identifier: string
    readonly scopes: readonly string[]
    /** Of scopes, by their names; a scope without one is described by its name. */
    readonly descriptions?: ReadonlyMap<string, string> | undefined
  }
  /** The client as which the server exchanges tokens, where an existing one is to be used. */
  readonly clientId: string | undefined
  /** How MCP clients that nobody has registered by hand get in; empty for not at all. */
  readonly clientsBy: ReadonlySet<'metadata' | 'registration'>
  /** The connection that such clients and the confirmation page sign in with, and that users of Custom Token Exchange come from. */
  readonly connection: string
  /** For which clients users approve calls on the server's confirmation page; `undefined`: nothing is set up for it. */
  readonly confirmationPage: 'fallback' | 'always' | undefined
  readonly roles: readonly PlannedRole[]
  readonly assignments: readonly Assignment[]
}

/** How the server exchanges tokens: by the kind of exchange that Auth0 has built in, or by a profile of the tenant. */
export type ExchangeProfile =
  | { readonly kind: 'on-behalf-of' }
  | { readonly kind: 'custom-token-exchange'; readonly subjectTokenType: string }

export interface PlannedRole {
  readonly name: string
  readonly permissions: readonly Permission[]
}

/** One scope of one API. */
export interface Permission {
  /** The API's identifier. */
  readonly identifier: string
  readonly scope: string
}

/** A user who is to have a role. */
export interface Assignment {
  readonly email: string
  /** The role's name: a planned one, or one that the tenant has. */
  readonly role: string
}
