import type { IncomingHttpHeaders } from 'node:http'
import type { AuthorizationRequest } from './authorization-request.js'
import type { OAuthRefusal } from './oauth-refusal.js'
import type { ClientLookup } from './client-lookup.js'
import type { Parameters } from './parameters.js'
import type { RefusalAnswer } from './refusal-answer.js'
import type { RegisteredClient } from './registered-client.js'
import type { StandInUser } from './stand-in-user.js'

/** What a user granted a client. */
export interface UserGrant<User extends StandInUser = StandInUser> {
  readonly user: User
  readonly client: RegisteredClient
  readonly scopes: readonly string[]
  /** RFC 8707, as it was asked for. */
  readonly resource: string | undefined
  readonly nonce: string | undefined
  /** The OIDC request parameter, as it was sent. */
  readonly claims: string | undefined
}

export type TokenAnswer = Readonly<Record<string, unknown>>

/** A request at the token endpoint; its client has authenticated. */
export interface TokenRequest {
  readonly parameters: Parameters
  readonly client: RegisteredClient
  readonly headers: IncomingHttpHeaders
  /** Makes a refresh token for what a user granted. */
  readonly refreshTokenFor: (grant: UserGrant) => string
}

export type GrantHandler = (request: TokenRequest) => Promise<TokenAnswer>

/** Paths on the origin of the stand-in. */
export interface EndpointPaths {
  readonly authorize: string
  readonly token: string
  readonly keys: string
  /** In front of the pages and forms of the sign-in. */
  readonly signIn: string
}

/** One authorization server of a stand-in: an Entra tenant, a Keycloak realm, an Okta custom authorization server. */
export interface AuthorizationServer {
  readonly origin: string
  readonly issuer: string
  readonly paths: EndpointPaths
  /** Whose sign-in page it is. */
  readonly title: string
  /** Whether authorization responses carry `iss` (RFC 9207). */
  readonly sendsIss: boolean
  readonly users: readonly StandInUser[]
  readonly findClient: ClientLookup
  /** Throws an `OAuthRefusal` for a request that this server does not take. */
  readonly checkAuthorization: (request: AuthorizationRequest) => void
  /** Makes the tokens of a granted authorization, without a refresh token. */
  readonly issueTokens: (grant: UserGrant) => Promise<TokenAnswer>
  readonly givesRefreshToken: (grant: UserGrant) => boolean
  /** The grants beside `authorization_code` and `refresh_token`. */
  readonly grants: ReadonlyMap<string, GrantHandler>
  readonly describe: (refusal: OAuthRefusal) => RefusalAnswer
  readonly keys: readonly object[]
  /** Milliseconds since 1970. */
  readonly now: () => number
}
