import type {
  AccessToken,
  ClientCredentials,
  Configuration,
  KoaContextWithOIDC,
  UnknownObject,
} from 'oidc-provider'
import type { Directory } from './directory.js'
import { GRANT_SECONDS, type GrantOrganizations } from './grant-organizations.js'
import { findApi, findUser } from './lookup.js'
import { findOrganizationById, organizationClaims } from './organizations.js'
import { delegationOf } from './token-exchange/delegation.js'
import { applyDialect, permissionsClaim } from './token-dialects.js'

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

type TokenRules = Pick<
  Configuration,
  | 'expiresWithSession'
  | 'extraTokenClaims'
  | 'formats'
  | 'issueRefreshToken'
  | 'rotateRefreshToken'
  | 'ttl'
>

/** What the rules go by. */
export interface TokenRuleParts {
  readonly issuer: string
  readonly directory: Directory
  readonly organizations: GrantOrganizations
}

/**
 * Returns how long tokens live, what is in them, and who gets refresh tokens.
 *
 * Access tokens live as long as their API's `token_lifetime`, opaque ones a day. A client with the
 * refresh token grant gets refresh tokens for APIs with `allow_offline_access`, and without an API
 * when it asks for `offline_access`. Each refresh token can be used once.
 */
export function tokenRules(parts: TokenRuleParts): TokenRules {
  const { issuer, directory } = parts
  return {
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? DAY,
      AuthorizationCode: MINUTE,
      Grant: GRANT_SECONDS,
      IdToken: DAY,
      Interaction: 60 * MINUTE,
      RefreshToken: GRANT_SECONDS,
      Session: DAY,
    },
    expiresWithSession: () => false,
    rotateRefreshToken: () => true,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      allowsOfflineAccess(directory, source.resourceIndicators, source.scopes),
    extraTokenClaims: (ctx, token) => extraClaims(parts, ctx, token),
    formats: {
      customizers: {
        jwt: (_ctx, token, jwt) => {
          const api = typeof token.aud === 'string' ? findApi(directory, token.aud) : undefined
          if (api !== undefined) applyDialect(jwt, api, `${issuer}userinfo`)
        },
      },
    },
  }
}

function allowsOfflineAccess(
  directory: Directory,
  resources: ReadonlySet<string | undefined>,
  scopes: ReadonlySet<string>,
): boolean {
  const identifiers = [...resources].filter((resource) => resource !== undefined)
  if (identifiers.length === 0) return scopes.has('offline_access')
  return identifiers.every(
    (identifier) => findApi(directory, identifier)?.allow_offline_access ?? false,
  )
}

async function extraClaims(
  { directory, organizations }: TokenRuleParts,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<UnknownObject | undefined> {
  const api = typeof token.aud === 'string' ? findApi(directory, token.aud) : undefined
  const user = 'accountId' in token ? findUser(directory, token.accountId) : undefined
  if (api === undefined || user === undefined || !('grantId' in token)) return undefined
  const organization = findOrganizationById(directory, await organizations.of(token.grantId))
  const permissions = permissionsClaim(directory, api, { user, organization })
  const act = delegationOf(ctx)
  return {
    ...organizationClaims(directory, organization),
    ...(act !== undefined && { act }),
    ...(permissions !== undefined && { permissions }),
  }
}
