import type { AssertionDefaults } from '../exchange/client-authentication.js'
import type { ExchangeManner } from '../exchange/exchange-manner.js'
import type { ExchangeTarget } from '../exchange/exchange-target.js'
import type { RefusalReader } from '../exchange/refusal-reader.js'
import type { ClaimProfile } from '../identity/claim-profile.js'
import type { IssuerFamily } from '../identity/issuer-family.js'

/** The identity providers that are known by name. */
export const IDENTITY_PROVIDER_NAMES = [
  'auth0',
  'entra',
  'keycloak',
  'okta',
  'workos',
  'cognito',
  'generic',
] as const

/** The name of an identity provider. */
export type IdentityProviderName = (typeof IDENTITY_PROVIDER_NAMES)[number]

/**
 * What is different at one identity provider, as data.
 *
 * A profile sets defaults. It can only refuse more than `generic` does: the marks of machines hold for all.
 */
export interface IdentityProvider {
  readonly name: IdentityProviderName
  /** For people. */
  readonly title: string
  /** Whether an issuer is plainly this provider's, by its URL alone. */
  readonly recognizes: (issuer: URL) => boolean
  /** In which claims it says what a token says. */
  readonly claims: ClaimProfile
  /** By which grant tokens are exchanged: RFC 8693, or RFC 7523 on behalf of a user. */
  readonly grant: 'token_exchange' | 'jwt_bearer'
  readonly exchange: ExchangeManner
  /** How it wants the assertions of `private_key_jwt`. Absent: RS256 for RSA keys, for its issuer. */
  readonly clientAssertion?: AssertionDefaults | undefined
  /** What follows from an API's audience. */
  readonly targetFor?: ((audience: string) => ExchangeTarget) | undefined
  /** The classification by the RFCs where it is absent. */
  readonly readRefusal?: RefusalReader | undefined
  /** The issuers under which the tenant of an issuer issues tokens, the one for exchanges first. */
  readonly familyOf?: ((issuer: string) => IssuerFamily | undefined) | undefined
  /** What is wrong with a configured issuer; `undefined` where nothing is. */
  readonly issuerIssue?: ((issuer: string) => string | undefined) | undefined
  /** Whether a text can be the id of a tenant. Absent: there are no tenants to allow. */
  readonly isTenant?: ((text: string) => boolean) | undefined
  /** The audience of the tokens for this server where none is set. Default: the resource. */
  readonly ownAudience?: ((server: OwnServer) => string) | undefined
  /** What stands in front of this server's scopes where nothing is set. Default: nothing. */
  readonly ownScopePrefix?: ((server: OwnServer) => string) | undefined
}

/** What an identity provider knows this server by. */
export interface OwnServer {
  readonly clientId: string
  /** The resource identifier that clients ask for. */
  readonly resource: string
}
