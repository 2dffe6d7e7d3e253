import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import type { TokenAnswer } from '../shared/authorization-server.js'
import { isPublicClient, type RegisteredClient } from '../shared/registered-client.js'
import type { EntraApp, EntraUser } from './directory.js'
import type { RequestedClaims } from './requested-claims.js'
import type { RequestedResource } from './requested-resource.js'
import type { EntraTenant } from './tenant.js'
import {
  appTokenClaims,
  TOKEN_SECONDS,
  userTokenClaims,
  type TokenParties,
} from './token-claims.js'

export interface UserTokenRequest {
  readonly user: EntraUser
  readonly client: RegisteredClient
  readonly requested: RequestedResource
  readonly claims: RequestedClaims
  /** Whether the client authenticated by a certificate. */
  readonly byCertificate?: boolean | undefined
}

/** Issues an access token of a user, with the answer around it. */
export async function issueUserToken(
  tenant: EntraTenant,
  { user, client, requested, claims, byCertificate }: UserTokenRequest,
): Promise<TokenAnswer> {
  const parties = partiesOf(tenant, client, requested)
  const payload = userTokenClaims({
    ...parties,
    clientAuthentication: byCertificate === true ? '2' : parties.clientAuthentication,
    user,
    scopes: requested.names,
    acrs: claims.answersChallenge ? ['c1'] : undefined,
    capabilities: claims.capabilities,
    withIdtyp: tenant.withIdtyp,
  })
  return {
    token_type: 'Bearer',
    scope: requested.names.map((name) => `${requested.writtenAs}/${otherCase(name)}`).join(' '),
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await signAccessToken(tenant, requested.app, payload),
  }
}

/** Issues an app-only token, with the answer around it. */
export async function issueAppToken(
  tenant: EntraTenant,
  { client, requested }: Pick<UserTokenRequest, 'client' | 'requested'>,
): Promise<TokenAnswer> {
  const parties = partiesOf(tenant, client, requested)
  const payload = appTokenClaims({ ...parties, withIdtyp: tenant.withIdtyp })
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await signAccessToken(tenant, requested.app, payload),
  }
}

/** Signs claims as the tokens of a resource are signed. */
export function signAccessToken(
  { key }: EntraTenant,
  resource: EntraApp,
  payload: JWTPayload,
): Promise<string> {
  if (resource.ownTokensOnly === true) return key.signForOwnApi(payload)
  const isV1 = resource.accessTokenVersion === 1
  const thumbprint = createHash('sha1').update(JSON.stringify(key.publicJwk)).digest('base64url')
  return key.sign(payload, isV1 ? { x5t: thumbprint } : {})
}

function partiesOf(
  { id, issuers, now }: EntraTenant,
  client: RegisteredClient,
  { app, writtenAs }: RequestedResource,
): TokenParties {
  return {
    tenantId: id,
    issuers,
    resource: app,
    writtenAs,
    clientId: client.clientId,
    clientAuthentication: isPublicClient(client) ? '0' : '1',
    issuedAt: Math.floor(now() / 1_000),
  }
}

/** The real service is known to answer in another case than it was asked and than stands in the token. */
function otherCase(name: string): string {
  const lower = name.toLowerCase()
  return lower === name ? name.toUpperCase() : lower
}
