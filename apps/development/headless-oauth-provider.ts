import { randomUUID } from 'node:crypto'
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import { signIn } from './sign-in.js'

export interface HeadlessOAuthProviderOptions {
  readonly username: string
  readonly clientName?: string
  /** Reaches the authorization server. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** A client id metadata document, for clients that do not register. */
  readonly clientMetadataUrl?: string
}

/**
 * Stands in for the person and the browser of an MCP client: registers the client, signs one user of the
 * development authorization server in, and keeps the tokens in memory.
 */
export class HeadlessOAuthProvider implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:33418/callback'
  readonly clientMetadataUrl?: string
  readonly #username: string
  readonly #clientName: string
  readonly #fetch: typeof fetch | undefined
  #state = ''
  #codeVerifier = ''
  #client: StoredOAuthClientInformation | undefined
  #tokens: StoredOAuthTokens | undefined
  #callback: URL | undefined
  #discoveryState: OAuthDiscoveryState | undefined

  constructor(options: HeadlessOAuthProviderOptions) {
    this.#username = options.username
    this.#fetch = options.fetch
    this.#clientName = options.clientName ?? 'Headless MCP client'
    if (options.clientMetadataUrl !== undefined) this.clientMetadataUrl = options.clientMetadataUrl
  }

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

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    this.#callback = await signIn({
      authorizationUrl,
      username: this.#username,
      ...(this.#fetch === undefined ? {} : { fetch: this.#fetch }),
    })
  }

  /** The parameters of the last callback, once; throws when there was none or its `state` is not ours. */
  takeCallback(): URLSearchParams {
    const parameters = this.#callback?.searchParams
    this.#callback = undefined
    if (parameters === undefined) throw new Error('the authorization server was not visited')
    if (parameters.get('state') !== this.#state) throw new Error('the callback has a foreign state')
    return parameters
  }
}
