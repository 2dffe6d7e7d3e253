import { MemoryOAuthProvider } from '../../../apps/development/memory-oauth-provider.js'
import { REDIRECT_URI } from './administration.js'
import type { FirstHop } from './first-hop.js'
import type { Session } from './session.js'
import { signIn } from './sign-in.js'

/** The person and the browser of an MCP client that the administrator of glewlwyd has registered. */
export class SignInProvider extends MemoryOAuthProvider {
  readonly #session: Session
  #callback: URL | undefined

  constructor({ issuer, clientId }: Pick<FirstHop, 'issuer' | 'clientId'>, session: Session) {
    super({ redirectUrl: REDIRECT_URI, clientName: clientId })
    this.saveClientInformation({ client_id: clientId, issuer })
    this.#session = session
  }

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    this.#callback = await signIn(authorizationUrl, this.#session)
  }

  /** The parameters of the last callback. */
  callback(): URLSearchParams {
    if (this.#callback === undefined) throw new Error('glewlwyd was not visited')
    return this.callbackParameters(this.#callback)
  }
}
