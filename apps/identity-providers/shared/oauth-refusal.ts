/** Why a request is refused, for servers that have words of their own for it. */
export type RefusalReason =
  | 'client_unknown'
  | 'client_credential_missing'
  | 'client_secret_wrong'
  | 'client_assertion_wrong'
  | 'parameter_missing'
  | 'parameter_malformed'
  | 'grant_unsupported'
  | 'grant_invalid'

export interface OAuthRefusalOptions {
  readonly error: string
  readonly description: string
  /** HTTP status at the token endpoint. Default 400. */
  readonly status?: number | undefined
  readonly reason?: RefusalReason | undefined
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A request that a stand-in refuses as RFC 6749 §5.2 has it, or as the server that it stands for does. */
export class OAuthRefusal extends Error {
  readonly error: string
  readonly status: number
  readonly reason: RefusalReason | undefined
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(options: OAuthRefusalOptions) {
    super(options.description)
    this.name = 'OAuthRefusal'
    this.error = options.error
    this.status = options.status ?? 400
    this.reason = options.reason
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
  }
}
