import type Provider from 'oidc-provider'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { Directory, ResourceServerEntry } from '../directory.js'
import type { EventSink } from '../events.js'
import { grantableScopes } from '../grantable-scopes.js'
import type { KeyRing } from '../keys.js'
import { describeResourceServer } from '../resource-servers.js'
import { type Actor, actorsOf, attachDelegation, delegate } from './delegation.js'
import { EXCHANGE_PARAMETERS, parseExchangeRequest } from './exchange-request.js'
import { narrowScopes, scopeToReport } from './exchange-scopes.js'
import { requireExchangingClient } from './exchanging-client.js'
import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT } from './grant-type.js'
import { verifySubjectToken } from './subject-token.js'
import { requireApi, requireClientGrant, requireSkippedConsent } from './target-api.js'

/** What the grant needs beside the provider that it is registered with. */
export interface TokenExchangeParts {
  readonly issuer: string
  readonly directory: Directory
  readonly keys: KeyRing
  readonly log: EventSink
}

interface Issue {
  readonly api: ResourceServerEntry
  readonly subject: string
  readonly scopes: readonly string[]
  readonly act: Actor
}

/**
 * Adds the token-exchange grant (RFC 8693) to a provider, as Auth0's On-Behalf-Of does it.
 *
 * A resource server trades the access token that it received for one whose audience is another API,
 * for the same user. The library has authenticated the client and checked for repeated parameters
 * before. There is never a refresh token, and the new token's life does not depend on the old one's.
 */
export function registerTokenExchange(provider: Provider, parts: TokenExchangeParts): void {
  provider.registerGrantType(
    TOKEN_EXCHANGE_GRANT,
    (ctx) => exchange(ctx, parts),
    EXCHANGE_PARAMETERS,
  )
}

async function exchange(ctx: TokenEndpointGrantContext, parts: TokenExchangeParts): Promise<void> {
  const { directory, log } = parts
  const request = parseExchangeRequest(ctx.oidc.params)
  const { clientId, ownIdentifier } = requireExchangingClient(directory, ctx.oidc.client.clientId)
  const subject = await verifySubjectToken(request.subjectToken, { ...parts, ownIdentifier })
  const api = requireApi(directory, request.audience)
  requireClientGrant(directory, clientId, api)
  const act = delegate(clientId, subject)
  const { user } = subject
  const scopes = narrowScopes(request, grantableScopes(directory, { user, clientId, api }))
  requireSkippedConsent(api)

  const issued = await issue(ctx, parts, { api, subject: user.user_id, scopes, act })
  const reported = scopeToReport(request, scopes)
  ctx.body = {
    ...issued,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer',
    ...(reported !== undefined && { scope: reported }),
  }
  log({
    type: 'token_exchanged',
    clientId,
    subject: user.user_id,
    audience: api.identifier,
    scopes,
    actors: actorsOf(act),
  })
}

async function issue(
  ctx: TokenEndpointGrantContext,
  { directory, keys }: TokenExchangeParts,
  { api, subject, scopes, act }: Issue,
): Promise<{ readonly access_token: string; readonly expires_in: number }> {
  const { client, provider } = ctx.oidc
  const { AccessToken, ResourceServer } = provider
  const description = describeResourceServer(directory, keys, {
    identifier: api.identifier,
    clientId: client.clientId,
  })
  const token = new AccessToken({
    client,
    accountId: subject,
    // A JWT is not stored, so no grant is ever looked up for it.
    grantId: '',
    gty: 'token_exchange',
    resourceServer: new ResourceServer(api.identifier, description),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  })
  attachDelegation(ctx, act)
  return { access_token: await token.save(), expires_in: token.expiration }
}
