import { MemoryOAuthProvider } from './memory-oauth-provider.js'
import { signIn } from './sign-in.js'

export interface HeadlessOAuthProviderOptions {
  readonly username: string
  readonly clientName?: string | undefined
  /** Reaches the authorization server. Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** A client id metadata document, for clients that do not register. */
  readonly clientMetadataUrl?: string | undefined
  /** A public client that is registered already, and where. Default: the client registers itself. */
  readonly client?: { readonly id: string; readonly issuer: string } | undefined
}

/**
 * Stands in for the person and the browser of an MCP client: registers the client, signs one user of the
 * development authorization server in, and keeps the tokens in memory.
 */
export class HeadlessOAuthProvider extends MemoryOAuthProvider {
  readonly #username: string
  readonly #fetch: typeof fetch | undefined
  #callback: URL | undefined

  constructor(options: HeadlessOAuthProviderOptions) {
    super({
      redirectUrl: 'http://127.0.0.1:33418/callback',
      clientName: options.clientName ?? 'Headless MCP client',
      clientMetadataUrl: options.clientMetadataUrl,
    })
    const { client } = options
    if (client !== undefined) {
      this.saveClientInformation({ client_id: client.id, issuer: client.issuer })
    }
    this.#username = options.username
    this.#fetch = options.fetch
  }

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    this.#callback = await signIn({
      authorizationUrl,
      username: this.#username,
      fetch: this.#fetch,
    })
  }

  /** The parameters of the last callback, once; throws when there was none or its `state` is not ours. */
  takeCallback(): URLSearchParams {
    const callback = this.#callback
    this.#callback = undefined
    if (callback === undefined) throw new Error('the authorization server was not visited')
    return this.callbackParameters(callback)
  }
}
