/** Something that happened, for a log or a page. Never holds a token, a code or a secret. */
export type AuthorizationServerEvent =
  | { readonly type: 'signed_in'; readonly username: string; readonly clientId: string }
  | { readonly type: 'consent_given'; readonly username: string; readonly clientId: string }
  | { readonly type: 'consent_denied'; readonly clientId: string }
  | {
      readonly type: 'client_registered'
      readonly clientId: string
      readonly name?: string | undefined
    }
  | { readonly type: 'token_issued'; readonly clientId: string; readonly grantType: string }
  | TokenExchanged
  | {
      readonly type: 'request_refused'
      readonly endpoint: string
      readonly error: string
      readonly description?: string | undefined
      readonly clientId?: string | undefined
    }
  | { readonly type: 'keys_rotated' }
  | { readonly type: 'server_error'; readonly error: Error }

/** A successful RFC 8693 exchange. */
export interface TokenExchanged {
  readonly type: 'token_exchanged'
  readonly clientId: string
  readonly subject: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** Ids of those that act for the user, newest first; in a Custom Token Exchange only whom the Action set. */
  readonly actors: readonly string[]
  /** `subject_token_type` of the profile; absent in an On-Behalf-Of exchange. */
  readonly profile?: string | undefined
}

export type EventSink = (event: AuthorizationServerEvent) => void
