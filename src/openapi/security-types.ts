/** What the API asks of the caller of an operation. */
export interface OperationSecurity {
  /** Who says so. `extension` is `x-mcp.scopes`, `option` is `scopesOf`, `missing` the option of that name. */
  readonly source: 'operation' | 'document' | 'extension' | 'option' | 'missing'
  /** Any one of them is enough. Never empty, no two alike; in the document's order. */
  readonly alternatives: readonly SecurityAlternative[]
  /** `security: []`, or `{}` as the only alternative that counts: the API needs no token. */
  readonly public: boolean
  /** `{}` stands beside `alternatives`, and `optional: 'allow'`: none of them has to be held. */
  readonly optional: boolean
}

/** Scopes of the API that are enough together. */
export interface SecurityAlternative {
  /** Distinct scope tokens without those of sign-in, in the document's order; empty if a sign-in is enough. */
  readonly api: readonly string[]
  /** The security schemes that ask for them. */
  readonly schemes: readonly string[]
  /** Of the requirement, or of what stands in its place. */
  readonly pointer: string
}

/** One entry of `components.securitySchemes`. */
export interface OpenApiSecurityScheme {
  readonly name: string
  readonly type: 'oauth2' | 'openIdConnect' | 'http' | 'apiKey' | 'mutualTLS'
  /** In words, for a reason: `HTTP basic`, `an API key in the header X-Key`. */
  readonly label: string
  /** Whether the user's token satisfies it, alone or (`bearer`) where nothing better is on offer. */
  readonly satisfied: 'yes' | 'bearer' | 'no'
  /** Of all flows of an `oauth2` scheme, with their descriptions; empty if it lists none. */
  readonly scopes: ReadonlyMap<string, string>
  readonly pointer: string
}

/** How requirements are read. */
export interface SecurityOptions {
  /**
   * Names of the schemes that count as satisfied, in place of all `oauth2`, `openIdConnect` and HTTP bearer ones. One of
   * another type counts like bearer: only where no alternative with `oauth2` or `openIdConnect` can be used.
   */
  readonly schemes?: readonly string[] | undefined
  /** `require` (default): `{}` does not count where another alternative can be used. */
  readonly optional?: 'require' | 'allow' | undefined
  /** What an operation needs if neither it nor the document says so. Default `fault`: it is left out. */
  readonly missing?: 'fault' | 'none' | ScopesByMethod | undefined
  /** The API's scopes of an operation as somebody has written them down elsewhere; they replace its requirement. */
  readonly scopesOf?:
    | ((operation: {
        readonly method: string
        readonly path: string
        readonly operationId: string | undefined
      }) => readonly string[] | undefined)
    | undefined
}

/** GET, HEAD, OPTIONS and QUERY need `read`; the others need `write`. */
export interface ScopesByMethod {
  readonly read: readonly string[]
  readonly write: readonly string[]
}
