/**
 * Where things are at one identity provider, in the words of its own administration. Each is one sentence or more,
 * with a full stop.
 */
export interface ProviderWords {
  /** Where the issuer identifier is shown. */
  readonly issuer: string
  /** Where the id and the credentials of the exchanging client are. */
  readonly client: string
  /** What lets that client exchange users' tokens. */
  readonly exchange: string
  /** What the identifier of the MCP server has to be, and where it is. */
  readonly resource: string
  /** Where the identifier of the API is. */
  readonly api: string
  /** Why the user's token may be refused in the exchange, besides its end. */
  readonly subjectToken: string
  /** What shapes the tokens for the API. */
  readonly tokenContents: string
  /** Where the algorithm of the signature is chosen. */
  readonly signature: string
  /** How tokens become JWTs for this server. */
  readonly jwt: string
  /** Why a sign-in may be refused, and where to look. */
  readonly signIn: string
  /** How a public client for MCP clients is registered. */
  readonly newClient: string
  /** Where clients are deleted. */
  readonly registeredClients: string
  /** Where the provider keeps its log. */
  readonly log: string
}
