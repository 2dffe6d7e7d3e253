import { randomUUID } from 'node:crypto'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { ResourceServerEntry } from '../directory.js'
import { grantableScopes } from '../grantable-scopes.js'
import { actorsOf, delegate } from './delegation.js'
import { keepOrganization } from './exchange-organization.js'
import type { ExchangeParts } from './exchange-parts.js'
import { parseExchangeRequest } from './exchange-request.js'
import { narrowScopes, requireSomeScope, scopeToReport } from './exchange-scopes.js'
import { requireExchangingClient } from './exchanging-client.js'
import { ACCESS_TOKEN_TYPE } from './grant-type.js'
import { issueToken } from './issue-token.js'
import { requireKeptBinding, type Proof } from './sender-constraint.js'
import {
  requireNoSecondFactor,
  requireSkippedConsent,
  runPostLoginAction,
} from './sign-in-conditions.js'
import { type SubjectToken, verifySubjectToken } from './subject-token.js'
import { requireApi, requireClientGrant } from './target-api.js'

/**
 * Answers a token exchange as Auth0's On-Behalf-Of does it.
 *
 * A resource server trades the access token that it received for one whose audience is another API,
 * for the same user, in the same organization. There is never a refresh token or an ID token, and the
 * new token's life does not depend on the old one's unless `lifetime` says so.
 *
 * Throws `ExchangeRefusal` by the first step that fails.
 */
export async function exchangeOnBehalfOf(
  ctx: TokenEndpointGrantContext,
  parts: ExchangeParts,
  proof: Proof | undefined,
): Promise<void> {
  const { directory, behaviors } = parts
  const request = parseExchangeRequest(ctx.oidc.params)
  const { clientId, ownIdentifier } = requireExchangingClient(directory, ctx.oidc.client.clientId)
  const subject = await verifySubjectToken(request.subjectToken, { ...parts, ownIdentifier })
  const { user, organizationId } = subject
  requireKeptBinding(subject, proof, behaviors)
  const api = requireApi(parts, request.audience)
  requireClientGrant(parts, clientId, api)
  const organization = keepOrganization(parts, {
    user,
    ofSubject: organizationId,
    requested: request.organization,
  })
  const act = delegate(clientId, subject, behaviors)
  const grantable = grantableScopes(directory, { user, organization, clientId, api })
  const scopes = narrowScopes(request.apiScopes, grantable, behaviors)
  requireSomeScope(request.apiScopes, scopes)
  requireSkippedConsent(api, behaviors)
  requireNoSecondFactor(behaviors, false)
  runPostLoginAction(behaviors)

  // Such a token is not stored, so its grant is never looked up; only its organization is.
  const grantId = randomUUID()
  await parts.organizations.remember(grantId, organization?.id)
  const lifetimeSeconds = lifetimeOf(api, subject, parts)
  const userId = user.user_id
  const issue = { api, userId, scopes, act, grantId, lifetimeSeconds, proof }
  const { value, token } = await issueToken(ctx, parts, issue)
  const reported = scopeToReport(request.requestedScope, scopes, behaviors)
  ctx.body = {
    access_token: value,
    expires_in: token.expiration,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: token.tokenType,
    scope: reported,
  }
  parts.log({
    type: 'token_exchanged',
    clientId,
    subject: userId,
    audience: api.identifier,
    scopes,
    actors: actorsOf(act),
  })
}

function lifetimeOf(
  api: ResourceServerEntry,
  { expiresAtSeconds }: SubjectToken,
  { behaviors }: Pick<ExchangeParts, 'behaviors'>,
): number {
  if (behaviors.lifetime === 'as_configured') return api.token_lifetime
  const rest = expiresAtSeconds - Math.floor(Date.now() / 1000)
  return Math.max(1, Math.min(api.token_lifetime, rest))
}
