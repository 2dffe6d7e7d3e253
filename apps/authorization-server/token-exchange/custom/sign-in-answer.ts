import type { AccessToken, Account, TokenEndpointGrantContext } from 'oidc-provider'
import { applyRefreshTokenBindings } from 'oidc-provider/lib/helpers/grants.js'
import { toAccount } from '../../accounts.js'
import type { ResourceServerEntry, TokenExchangeProfileEntry } from '../../directory.js'
import { settleScopes } from '../../granted-scopes.js'
import { organizationClaims } from '../../organizations.js'
import type { SignedInUser } from '../../rbac.js'
import { type Actor, actorsOf } from '../delegation.js'
import type { ExchangeParts } from '../exchange-parts.js'
import { scopeToReport } from '../exchange-scopes.js'
import { ACCESS_TOKEN_TYPE } from '../grant-type.js'
import { issueToken } from '../issue-token.js'
import type { Proof } from '../sender-constraint.js'

/** A user who has been signed in by a profile, and what their client gets. */
export interface CustomSignIn extends SignedInUser {
  readonly api: ResourceServerEntry
  readonly scopes: readonly string[]
  readonly requestedScope: string | undefined
  readonly profile: TokenExchangeProfileEntry
  readonly proof: Proof | undefined
  /** Who acts for the user, as the Action set it. */
  readonly actor: Actor | undefined
}

/**
 * Issues the tokens of a Custom Token Exchange and answers with them.
 *
 * An ID token for `openid`; a refresh token for `offline_access`, if the client has that grant type and nobody acts for the
 * user.
 */
export async function answerSignIn(
  ctx: TokenEndpointGrantContext,
  parts: ExchangeParts,
  signIn: CustomSignIn,
): Promise<void> {
  const { user, api, scopes, proof, actor: act } = signIn
  const { clientId } = ctx.oidc.client
  const userId = user.user_id
  const grantId = await saveGrant(ctx, parts, signIn)
  const issued = await issueToken(ctx, parts, { api, userId, scopes, act, grantId, proof })
  const account = toAccount(user, organizationClaims(parts.directory, signIn.organization))
  const idToken = await issueIdToken(ctx, account, scopes)
  const refreshToken =
    act === undefined ? await issueRefreshToken(ctx, issued.token, api) : undefined
  const reported = scopeToReport(signIn.requestedScope, scopes, parts.behaviors)
  ctx.body = {
    access_token: issued.value,
    expires_in: issued.token.expiration,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: issued.token.tokenType,
    id_token: idToken,
    refresh_token: refreshToken,
    scope: reported,
  }
  parts.log({
    type: 'token_exchanged',
    clientId,
    subject: userId,
    audience: api.identifier,
    scopes,
    actors: act === undefined ? [] : actorsOf(act),
    profile: signIn.profile.subject_token_type,
  })
}

/** What is granted outlives the access token: refreshes and the userinfo endpoint go by it. */
async function saveGrant(
  ctx: TokenEndpointGrantContext,
  { directory, organizations }: ExchangeParts,
  { user, organization, api, scopes }: CustomSignIn,
): Promise<string> {
  const { clientId } = ctx.oidc.client
  const grant = new ctx.oidc.provider.Grant({ accountId: user.user_id, clientId })
  settleScopes(directory, grant, { user, organization, clientId, scopes, apis: [api] })
  const grantId = await grant.save()
  await organizations.remember(grantId, organization?.id)
  return grantId
}

async function issueIdToken(
  ctx: TokenEndpointGrantContext,
  account: Account,
  scopes: readonly string[],
): Promise<string | undefined> {
  if (!scopes.includes('openid')) return undefined
  const scope = scopes.join(' ')
  const claims = await account.claims('id_token', scope, {}, [])
  const token = new ctx.oidc.provider.IdToken(claims, { ctx })
  // The scope decides which claims leave; the library's own grants assign it in the same way.
  return Object.assign(token, { scope }).issue({ use: 'idtoken' })
}

async function issueRefreshToken(
  ctx: TokenEndpointGrantContext,
  accessToken: AccessToken,
  api: ResourceServerEntry,
): Promise<string | undefined> {
  const { client, provider } = ctx.oidc
  const { accountId, grantId, scope = '' } = accessToken
  const isAsked = scope.split(' ').includes('offline_access')
  if (!isAsked || !client.grantTypeAllowed('refresh_token')) return undefined
  const token = new provider.RefreshToken({
    client,
    accountId,
    grantId,
    gty: accessToken.gty,
    resource: api.identifier,
    rotations: 0,
    scope,
  })
  await applyRefreshTokenBindings(provider, ctx, accessToken, token)
  return token.save()
}
