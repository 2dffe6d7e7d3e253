import type { ResourceDescription } from '../http/protected-resource-metadata.js'

/** What the page says of a tool. */
export interface HomePageTool {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly requiredScopes: readonly string[]
  /** Each is enough, beside `requiredScopes`. */
  readonly alternatives?: readonly { readonly server: readonly string[] }[] | undefined
  /** The heading below which it stands. Default: none. */
  readonly group?: string | undefined
  /** Whether it calls an API as the user, whatever is declared of it. */
  readonly downstream?: object | undefined
}

/** What the page says. All of it can be read by anybody. */
export interface HomePageModel {
  /** The public URL of the MCP endpoint, which stands in every snippet. */
  readonly endpoint: URL
  readonly resource: ResourceDescription
  /** Named to everybody, whoever may use them. */
  readonly tools: readonly HomePageTool[]
  /** What the server calls itself. */
  readonly name: string
  readonly version?: string | undefined
  /** Where to ask whether the process serves. */
  readonly healthUrl?: URL | undefined
  /** The shell line that puts an access token into `TOKEN`, for a server that gives tokens to anybody. Default: none. */
  readonly tokenCommand?: string | undefined
}
