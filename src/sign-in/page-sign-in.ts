import { createHash } from 'node:crypto'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import { captureResponse, type ResponseCapture } from '../exchange/token-response.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Fetch } from '../http/fetch-json.js'
import { isSecureUrl } from '../http/secure-url.js'
import { textOf, type Claims } from '../identity/claims.js'
import type { Issuer } from '../identity/issuer-keys.js'
import type { SignedIn } from '../revocation/signed-out.js'
import type { Secret } from '../secret.js'
import { loadAhead } from '../time/load-ahead.js'
import { withDeadline } from '../time/call-deadline.js'
import type { Clock } from '../time/clock.js'
import { USER_AGENT } from '../version.js'
import { isSameText } from './is-same-text.js'
import { verifyIdToken } from './id-token.js'
import { userOfIdToken, type IdTokenUserOptions } from './id-token-user.js'
import { SignInStates, type SignInState } from './sign-in-state.js'

/** Where people sign in, and as whose users. */
export interface PageSignInOptions extends IdTokenUserOptions {
  /** Whose users may sign in. */
  readonly issuers: readonly Issuer[]
  /** Where the authorization server sends the browser back to. */
  readonly redirectUri: URL
  readonly clientId: string
  /** How our client proves itself now. */
  readonly authentication: () => ClientAuthentication
  readonly fetch: Fetch
  readonly clock: Clock
  readonly clockToleranceSeconds: number
  /** How long a person may take, in milliseconds. */
  readonly lifetimeMs: number
  /** For the request of one token. */
  readonly timeoutMs: number
  /** Seal what a browser keeps meanwhile, as those of `SignInStatesOptions`. */
  readonly keys?: readonly Secret[] | undefined
  /** Accepts plain http beyond this machine. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

/** Where the browser goes, and what it keeps meanwhile. */
export interface StartedSignIn {
  readonly location: string
  /** The value of a cookie. */
  readonly sealed: string
}

/** Who has signed in, and what they want to see. */
export interface EndedSignIn {
  readonly user: SignedIn
  readonly name: string
  readonly returnTo: string
}

/**
 * Why nobody has signed in. `not_begun_here`: the browser did not begin it, or too long ago. `refused`: the authorization server said
 * no. `unavailable`: it cannot be reached. `too_many`: others are signing in. `untrusted`: what it sent is not for us.
 */
export type SignInFault = 'not_begun_here' | 'refused' | 'unavailable' | 'too_many' | 'untrusted'

/** A sign-in that came to nothing. */
export class SignInError extends Error {
  readonly fault: SignInFault

  constructor(fault: SignInFault, cause?: unknown) {
    super(`the sign-in failed: ${fault}`, { cause })
    this.name = 'SignInError'
    this.fault = fault
  }
}

/** Codes that are redeemed at a time: strangers must not use up the rate of our client. */
const MAX_AT_ONCE = 20
const MAX_NAME = 100

/**
 * Signs people in to the pages of this server: authorization code with PKCE (S256), `state`, `nonce` and an ID token (OpenID
 * Connect Core §3.1). Asks for the scopes `openid profile`.
 */
export class PageSignIn {
  readonly #options: PageSignInOptions
  readonly #states: SignInStates
  readonly #grant = loadAhead(() => import('./authorization-code-grant.js'))
  #atOnce = 0

  constructor(options: PageSignInOptions) {
    this.#options = options
    this.#states = new SignInStates(options)
  }

  /** The hosts at which one may sign in. */
  get places(): readonly string[] {
    return this.#options.issuers.map(({ issuer }) => new URL(issuer).host)
  }

  /** Begins a sign-in at one of the places. `again`: the authorization server has to ask who it is. Rejects with a `SignInError`. */
  async start(
    returnTo: string,
    { place = 0, again = false }: { readonly place?: number; readonly again?: boolean },
  ): Promise<StartedSignIn> {
    const { clientId, redirectUri } = this.#options
    const issuer = this.#issuerAt(place)
    const location = await this.#authorizationEndpoint(issuer)
    const state = this.#states.create(place, returnTo)
    const parameters = {
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri.href },
      ...{ scope: 'openid profile', state: state.state, nonce: state.nonce },
      code_challenge: createHash('sha256').update(state.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(again ? { prompt: 'login' } : {}),
    }
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
    return { location: location.href, sealed: await this.#states.seal(state) }
  }

  /** Ends a sign-in by the parameters of the callback and the cookie of the browser. Rejects with a `SignInError`. */
  async finish(parameters: URLSearchParams, sealed: string | undefined): Promise<EndedSignIn> {
    const state = await this.#states.open(sealed)
    if (state === undefined || !isSame(parameters.getAll('state'), state.state)) {
      throw new SignInError('not_begun_here')
    }
    if (this.#atOnce >= MAX_AT_ONCE) throw new SignInError('too_many')
    this.#atOnce += 1
    try {
      const claims = await this.#claims(parameters, state)
      const user = userOfIdToken(claims, this.#options)
      if (user === undefined) throw new SignInError('untrusted', new TypeError(NAMES_NO_USER))
      return { user, name: nameOf(claims), returnTo: state.returnTo }
    } finally {
      this.#atOnce -= 1
    }
  }

  async #claims(parameters: URLSearchParams, state: SignInState): Promise<Claims> {
    const { clientId, clock, clockToleranceSeconds } = this.#options
    const issuer = this.#issuerAt(state.place)
    const idToken = await this.#idToken(issuer, parameters, state)
    const { nonce } = state
    const expected = { issuer, clientId, nonce, clock, clockToleranceSeconds }
    return verifyIdToken(idToken, expected).catch((error: unknown) => {
      throw new SignInError(error instanceof OnBehalfOfError ? 'unavailable' : 'untrusted', error)
    })
  }

  async #idToken(issuer: Issuer, parameters: URLSearchParams, state: SignInState): Promise<string> {
    const { clientId: id, redirectUri, authentication, timeoutMs } = this.#options
    const metadata = await issuer.metadata().catch(unavailable)
    const { redeemCode } = await this.#grant().catch(unavailable)
    const callback = new URL(redirectUri)
    callback.search = parameters.toString()
    const client = { id, authentication: authentication() }
    return withDeadline(timeoutMs, async (signal) => {
      const { fetch: reach } = this.#options
      const capture = captureResponse({ fetch: reach, signal, userAgent: USER_AGENT })
      const { fetch } = capture
      return redeemCode({ callback, state, metadata, client, fetch }).catch((error: unknown) => {
        throw new SignInError(faultOf(parameters, capture), error)
      })
    })
  }

  #issuerAt(place: number): Issuer {
    const issuer = this.#options.issuers[place]
    if (issuer === undefined) throw new SignInError('not_begun_here')
    return issuer
  }

  async #authorizationEndpoint(place: Issuer): Promise<URL> {
    const { issuer } = place
    const metadata = await place.metadata().catch(unavailable)
    const endpoint = metadata['authorization_endpoint']
    const { dangerouslyAllowHttp } = this.#options
    if (
      typeof endpoint === 'string' &&
      URL.canParse(endpoint) &&
      isSecureUrl(endpoint, { issuer, dangerouslyAllowHttp })
    ) {
      return new URL(endpoint)
    }
    throw new SignInError('unavailable', new TypeError(NO_ENDPOINT))
  }
}

const NO_ENDPOINT = "the issuer's metadata has no secure authorization_endpoint"
const NAMES_NO_USER = 'the ID token lacks a claim that names the user'

/** One value, and the expected one. */
function isSame([given, ...more]: readonly string[], expected: string): boolean {
  return isSameText(given, expected) && more.length === 0
}

/** An error of the authorization server comes in the callback, or from the token endpoint. */
function faultOf(
  parameters: URLSearchParams,
  { answer, failure }: Pick<ResponseCapture, 'answer' | 'failure'>,
): SignInFault {
  const { status = 0 } = answer() ?? {}
  if (parameters.has('error') || (status >= 400 && status < 500)) return 'refused'
  return failure() !== undefined || status >= 500 ? 'unavailable' : 'untrusted'
}

/** What the page calls the person who has signed in: only they see it. */
function nameOf(claims: Claims): string {
  const name = textOf(claims['name']) ?? textOf(claims['preferred_username'])
  return (name ?? String(claims['sub'])).slice(0, MAX_NAME)
}

function unavailable(cause: unknown): never {
  throw new SignInError('unavailable', cause)
}
