import type {
  AuthorizationServer,
  GrantHandler,
  TokenAnswer,
  UserGrant,
} from './authorization-server.js'
import { OAuthRefusal } from './oauth-refusal.js'
import { sha256 } from './sha256.js'
import type { GrantedCode } from './sign-in-routes.js'
import type { SingleUseStore } from './single-use-store.js'

export interface GrantStores {
  readonly codes: SingleUseStore<GrantedCode>
  readonly refreshTokens: SingleUseStore<UserGrant>
}

/** Creates the grants `authorization_code` and `refresh_token`. A code and a refresh token count once. */
export function createCodeGrants(
  server: AuthorizationServer,
  { codes, refreshTokens }: GrantStores,
): ReadonlyMap<string, GrantHandler> {
  const answerFor = async (grant: UserGrant): Promise<TokenAnswer> => ({
    ...(await server.issueTokens(grant)),
    ...(server.givesRefreshToken(grant) ? { refresh_token: refreshTokens.put(grant) } : {}),
  })
  return new Map<string, GrantHandler>([
    [
      'authorization_code',
      ({ parameters, client }) => {
        const found = codes.take(parameters.required('code'))
        const verifier = parameters.required('code_verifier')
        if (
          found?.grant.client.clientId !== client.clientId ||
          found.redirectUri !== parameters.optional('redirect_uri') ||
          sha256(verifier).toString('base64url') !== found.codeChallenge
        ) {
          throw invalidGrant('Code not valid')
        }
        return answerFor(found.grant)
      },
    ],
    [
      'refresh_token',
      ({ parameters, client }) => {
        const key = parameters.required('refresh_token')
        const grant = refreshTokens.peek(key)
        if (grant?.client.clientId !== client.clientId) throw invalidGrant('Invalid refresh token')
        const scopes = parameters.scopes.length === 0 ? grant.scopes : parameters.scopes
        if (scopes.some((scope) => !grant.scopes.includes(scope))) {
          throw new OAuthRefusal({
            error: 'invalid_scope',
            description: 'more scopes than were granted',
          })
        }
        refreshTokens.take(key)
        return answerFor({ ...grant, scopes })
      },
    ],
  ])
}

function invalidGrant(description: string): OAuthRefusal {
  return new OAuthRefusal({ error: 'invalid_grant', description, reason: 'grant_invalid' })
}
