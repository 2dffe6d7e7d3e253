import type { Person } from '../parts/person.js'
import { authorize, refresh, register, type Tokens } from './authorization.js'
import { discover, parameterOf, type Discovered } from './discovery.js'
import type { Behaviour, ScriptedClient } from './scripted-client.js'
import { Told } from './told.js'

export interface SignedInParts {
  readonly client: ScriptedClient
  readonly behaviour: Behaviour
  readonly endpoint: URL
  readonly person: Person
  /** The id of the client where it does not register itself. */
  readonly clientId: string | undefined
}

/** The client's side of the sign-in: who it is, its tokens, and the scopes that it asks for. Throws `Told`. */
export class SignedIn {
  readonly #parts: SignedInParts
  #known: { readonly discovered: Discovered; readonly clientId: string } | undefined
  #tokens: Tokens | undefined
  #scopes: readonly string[] = []

  constructor(parts: SignedInParts) {
    this.#parts = parts
  }

  get accessToken(): string | undefined {
    return this.#tokens?.access_token
  }

  /** The first sign-in, from the challenge of a 401 on. */
  async begin(challenge: string): Promise<void> {
    const { client, behaviour, endpoint } = this.#parts
    const discovered = await discover(endpoint, challenge, { like: client.like, behaviour })
    const { redirectUris } = behaviour
    const clientId =
      this.#parts.clientId ?? (await register(discovered, { name: client.name, redirectUris }))
    this.#known = { discovered, clientId }
    await this.#authorize(this.#firstScopes(discovered, challenge))
  }

  /** Signs in for the scopes of a challenge. */
  async stepUp(challenge: string): Promise<void> {
    const wanted = this.#written(parameterOf(challenge, 'scope')?.split(' ') ?? [])
    const kept = this.#parts.behaviour.keepsScopes ? this.#scopes : []
    await this.#authorize([...new Set([...kept, ...wanted])])
  }

  /** Refreshes for each of so many calls, with the one refresh token; where that is refused, the person signs in again. */
  async renew(times: number): Promise<void> {
    const { discovered, clientId } = this.#assertKnown()
    const { refresh_token: token } = this.#tokens ?? {}
    if (token === undefined) return this.#authorize(this.#scopes)
    try {
      // One behind the other, as they arrive at the authorization server: none of the calls knows what another one got.
      for (let count = 0; count < times; count += 1) {
        this.#tokens = await refresh(discovered, clientId, token)
      }
    } catch (error) {
      if (!(error instanceof Told)) throw error
      await this.#authorize(this.#scopes)
    }
  }

  async #authorize(scopes: readonly string[]): Promise<void> {
    const { discovered, clientId } = this.#assertKnown()
    const { behaviour, person } = this.#parts
    const [redirectUri = ''] = behaviour.redirectUris
    this.#scopes = scopes
    this.#tokens = await authorize(discovered, { clientId, redirectUri, scopes }, person)
  }

  #firstScopes({ server, resourceScopes }: Discovered, challenge: string): readonly string[] {
    const { scopes } = this.#parts.behaviour
    if (scopes === 'authorization_server') return server.scopes_supported
    const named = parameterOf(challenge, 'scope')?.split(' ') ?? resourceScopes
    // As the SDK does, for refresh tokens (SEP-2207).
    const offline = server.scopes_supported.filter((scope) => scope === 'offline_access')
    return [...this.#written(named), ...offline]
  }

  #written(scopes: readonly string[]): readonly string[] {
    if (this.#parts.behaviour.scopes !== 'bare') return scopes
    return scopes.map((scope) => scope.slice(scope.lastIndexOf('/') + 1))
  }

  #assertKnown(): { readonly discovered: Discovered; readonly clientId: string } {
    if (this.#known === undefined) throw new Told('Not signed in.')
    return this.#known
  }
}
