import type { OAuthClientMetadata } from '@modelcontextprotocol/client'
import { HeadlessOAuthProvider } from '../../../apps/development/headless-oauth-provider.js'
import type { Person } from './person.js'

/** The headless provider of the official clients, signing in as a person who keeps count. */
export class CountingProvider extends HeadlessOAuthProvider {
  readonly #person: Person
  readonly #refreshes: boolean

  /** `refreshes` false registers a client without refresh tokens. */
  constructor(person: Person, { refreshes = true }: { readonly refreshes?: boolean } = {}) {
    super({ username: person.username })
    this.#person = person
    this.#refreshes = refreshes
  }

  override get clientMetadata(): OAuthClientMetadata {
    const metadata = super.clientMetadata
    return this.#refreshes ? metadata : { ...metadata, grant_types: ['authorization_code'] }
  }

  override async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    this.#person.signIns.push(authorizationUrl.searchParams.get('scope') ?? '')
    await super.redirectToAuthorization(authorizationUrl)
  }
}
