import { randomUUID } from 'node:crypto'
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'

export interface MemoryOAuthProviderOptions {
  /** Where the authorization server sends the user at the end. */
  readonly redirectUrl: string
  readonly clientName: string
  /** A client id metadata document, for clients that do not register. */
  readonly clientMetadataUrl?: string | undefined
}

/** What an MCP client remembers of its own sign-in, in memory. How the user gets there is left to others. */
export abstract class MemoryOAuthProvider implements OAuthClientProvider {
  readonly redirectUrl: string
  readonly clientMetadataUrl?: string
  readonly #clientName: string
  #state = ''
  #codeVerifier = ''
  #client: StoredOAuthClientInformation | undefined
  #tokens: StoredOAuthTokens | undefined
  #discoveryState: OAuthDiscoveryState | undefined

  constructor(options: MemoryOAuthProviderOptions) {
    this.redirectUrl = options.redirectUrl
    this.#clientName = options.clientName
    if (options.clientMetadataUrl !== undefined) this.clientMetadataUrl = options.clientMetadataUrl
  }

  abstract redirectToAuthorization(authorizationUrl: URL): void | Promise<void>

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: this.#clientName,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  state(): string {
    this.#state = randomUUID()
    return this.#state
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#client
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens
  }

  /** Forgets what the authorization server no longer takes: the next request signs in anew. */
  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') this.#client = undefined
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined
    if (scope === 'all' || scope === 'discovery') this.#discoveryState = undefined
  }

  saveCodeVerifier(codeVerifier: string): void {
    this.#codeVerifier = codeVerifier
  }

  codeVerifier(): string {
    return this.#codeVerifier
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discoveryState
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discoveryState = state
  }

  /** The parameters of a callback; throws when its `state` is not that of the last authorization request. */
  callbackParameters(callback: URL): URLSearchParams {
    const { searchParams } = callback
    if (searchParams.get('state') !== this.#state) {
      throw new Error('the callback has a foreign state')
    }
    return searchParams
  }
}
