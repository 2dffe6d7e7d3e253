import type { Environment } from '../../../src/config/config.js'
import type { ExchangeTarget } from '../../../src/exchange/exchange-target.js'
import type { FailureCode } from '../../../src/failures/errors.js'
import type { IdentityProviderName } from '../../../src/identity-providers/identity-provider.js'
import type { Claims } from './provider-stand.js'

/** Where a dialect is spoken. */
export interface World {
  /** The origin of the identity provider. */
  readonly origin: string
  /** The MCP server's endpoint, which is its resource identifier. */
  readonly endpoint: string
}

/** Numbers stand for users: each dialect has identifiers of its own for the same one. */
export type UserNumber = number

/**
 * What one identity provider does in a way of its own, as its public documents have it. Nothing here was compared with the real
 * services.
 */
export interface Dialect {
  readonly name: string
  readonly provider: IdentityProviderName
  /** The path of the issuer of clients' tokens. */
  readonly issuerPath: string
  /** Where exchanges go. Default: `issuerPath`. */
  readonly exchangePath?: string
  /** In whose name the tokens for the API are. Default: where exchanges go. */
  readonly answerPath?: string
  /** Issuers on the same origin, with the same keys, whose tokens for the API are not to be used. */
  readonly strangers: readonly string[]
  /** What an operator sets beside the usual; `origin` is the identity provider's. */
  readonly settings: (origin: string) => Environment
  readonly clientId: string
  /** The API's audience, as it is configured. */
  readonly audience: string
  /** What is said of the exchange for the API, beside the profile. */
  readonly exchange?: ExchangeTarget
  /** A header's `typ`, where tokens have one. */
  readonly typ: string | undefined
  /** A user's token for the MCP server, but for issuer, times and scopes. */
  readonly subject: (world: World, user: UserNumber) => Claims
  /** A token for the API, but for issuer, times and scopes. */
  readonly issued: (world: World, user: UserNumber) => Claims
  /** In which claim scopes stand, and how they are written. */
  readonly scopeClaim: 'scope' | 'scp'
  readonly scopeForm: 'text' | 'list'
  /** What stands in front of a scope in a token for the MCP server. */
  readonly ownPrefix?: string
  /** What stands in front of a scope of the API when it is asked for. */
  readonly apiPrefix?: string
  /** What stands in front of a scope in a token for the API. */
  readonly tokenPrefix?: string
  /** The answer around a token. */
  readonly answer: (token: string) => Claims
  /** The parameters of an exchange for `read:private`, but for those of the client and the user's token. */
  readonly asked: Readonly<Record<string, string>>
  readonly subjectParameter: 'subject_token' | 'assertion'
  /** Refusals that mean something else here than by the RFCs: the failure by status and `error`. */
  readonly refusals?: Readonly<Record<string, FailureCode>>
  /** The claims that name the user on both hops. */
  readonly userClaims: readonly string[]
  /** The claims in which a token for the API names our client, where they are checked. */
  readonly clientClaims: readonly string[]
  /** Whether the case of the API's scopes counts. */
  readonly exactScopes: boolean
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** The answer of RFC 8693. */
export function rfc8693Answer(token: string): Claims {
  return {
    access_token: token,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: 300,
  }
}

/** The request of RFC 8693, without what names the API. */
export const RFC8693_REQUEST = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: ACCESS_TOKEN,
  requested_token_type: ACCESS_TOKEN,
  scope: 'read:private',
} as const

/** Scopes as a dialect writes them, and in no other claim. */
export function writtenScopes(
  { scopeClaim, scopeForm }: Pick<Dialect, 'scopeClaim' | 'scopeForm'>,
  scopes: readonly string[],
): Claims {
  return { [scopeClaim]: scopeForm === 'list' ? scopes : scopes.join(' ') }
}

/** Every path of a dialect at which an issuer is. */
export function pathsOf(dialect: Dialect): readonly string[] {
  const { issuerPath, exchangePath = issuerPath, answerPath = exchangePath, strangers } = dialect
  return [...new Set([issuerPath, exchangePath, answerPath, ...strangers])]
}
