import type { ScopeHierarchy } from './scope-hierarchy.js'

/** Which claims decide about a tool, and what is shown and asked for where they do not suffice. */
export interface AccessPolicy {
  /**
   * Which claim decides. `both`, the default: `scope` must grant, and where the token has `permissions`, they
   * must allow as well. `scope`: `permissions` are ignored. `permissions`: they alone decide, whatever the
   * user let the client do.
   */
  readonly authorizationClaims?: 'both' | 'scope' | 'permissions' | undefined
  readonly scopeHierarchy?: ScopeHierarchy | undefined
  /**
   * Clients that cannot ask for scopes: for these alone the user's `permissions` decide, as with `permissions` above, whatever
   * `scope` says. A token without the claim may use no tool that needs a scope. Client ids, or `https://host/path/` for
   * client documents below it: see `createClientList`. Default: none.
   */
  readonly permissionClients?: readonly string[] | undefined
  /**
   * Whether a tool that a step-up would unlock is listed. `show_without_scopes`, the default: to a caller whose token has no scope
   * of this server, who would see next to nothing otherwise.
   */
  readonly lockedTools?: 'hide' | 'show' | 'show_without_scopes' | undefined
  /**
   * What a step-up asks for: `union`, the default, the operation's scopes and those the token has, since
   * clients replace their scopes; `required`, the operation's alone; `none`: there is no step-up, since scopes are
   * assigned to users and no client can ask for more. A scope that is missing is then a permission that is missing.
   */
  readonly stepUpScopes?: 'union' | 'required' | 'none' | undefined
  /**
   * Tools that are listed and callable without a token, by their names. Each must be `public: true` as well. Default: none, and
   * every request needs a token.
   */
  readonly publicTools?: readonly string[] | undefined
}
