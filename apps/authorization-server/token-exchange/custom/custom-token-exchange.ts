import type { TokenEndpointGrantContext } from 'oidc-provider'
import { clientAddressOf } from '../../client-address.js'
import type { ResourceServerEntry, TokenExchangeProfileEntry } from '../../directory.js'
import { grantableScopes } from '../../grantable-scopes.js'
import { findUser } from '../../lookup.js'
import { isOidcScope } from '../../oidc-scopes.js'
import type { SignedInUser } from '../../rbac.js'
import { chooseOrganization } from '../exchange-organization.js'
import type { ExchangeParts } from '../exchange-parts.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import { narrowScopes } from '../exchange-scopes.js'
import type { Proof } from '../sender-constraint.js'
import {
  requireNoSecondFactor,
  requireSkippedConsent,
  runPostLoginAction,
} from '../sign-in-conditions.js'
import { requireApi, requireClientGrant } from '../target-api.js'
import { requireValidActor } from './actor-token.js'
import { requireCustomExchangeClient } from './custom-exchange-client.js'
import {
  type CustomExchangeRequest,
  parseCustomExchangeRequest,
} from './custom-exchange-request.js'
import { type ActionResult, runMarketplaceAction } from './marketplace-action.js'
import { answerSignIn } from './sign-in-answer.js'
import { throttle } from './throttled-action.js'

/** The profile that the request chose, and the DPoP proof that came with it. */
export interface CustomExchange {
  readonly profile: TokenExchangeProfileEntry
  readonly proof: Proof | undefined
}

/**
 * Answers a token exchange as Auth0's Custom Token Exchange does it.
 *
 * The profile's Action says who the subject token stands for; the rest is a sign-in of that user at the
 * calling client without a page. So there is no `act`, and `openid` and `offline_access` bring an ID
 * token and a refresh token.
 *
 * Throws `ExchangeRefusal` by the first step that fails.
 */
export async function exchangeByProfile(
  ctx: TokenEndpointGrantContext,
  parts: ExchangeParts,
  { profile, proof }: CustomExchange,
): Promise<void> {
  const { directory, behaviors } = parts
  const { clientId } = ctx.oidc.client
  requireCustomExchangeClient(directory, clientId)
  const request = parseCustomExchangeRequest(directory, ctx.oidc.params)
  await requireValidActor(parts, request.actor)
  const result = await throttle(
    parts.suspiciousAddresses,
    clientAddressOf(directory, clientId, ctx),
    () =>
      runMarketplaceAction(
        { ...request, clientId, requestedScopes: request.scopes },
        { ...parts, settings: profile.action },
      ),
  )
  const signedIn = signIn(parts, request, result)
  // The Action has refused a request without audience.
  const api = requireApi(parts, request.audience ?? '')
  requireClientGrant(parts, clientId, api)
  const scopes = grantScopes(parts, request, { ...signedIn, clientId, api })
  requireSkippedConsent(api, behaviors)
  requireNoSecondFactor(behaviors, request.actor !== undefined)
  runPostLoginAction(behaviors)
  await answerSignIn(ctx, parts, {
    ...signedIn,
    api,
    scopes,
    requestedScope: request.requestedScope,
    profile,
    proof,
  })
}

function signIn(
  parts: ExchangeParts,
  { organization: requested }: CustomExchangeRequest,
  { userId, organizationId }: ActionResult,
): SignedInUser {
  const user = findUser(parts.directory, userId)
  if (user === undefined) {
    throw new ExchangeRefusal(400, 'invalid_request', 'The user does not exist')
  }
  const question = { user, ofSubject: organizationId, requested }
  return { user, organization: chooseOrganization(parts, question) }
}

function grantScopes(
  { directory, behaviors }: ExchangeParts,
  { scopes }: CustomExchangeRequest,
  question: SignedInUser & { readonly clientId: string; readonly api: ResourceServerEntry },
): readonly string[] {
  const asked = scopes.filter((scope) => !isOidcScope(scope))
  const own = scopes.filter(
    (scope) =>
      isOidcScope(scope) && (scope !== 'offline_access' || question.api.allow_offline_access),
  )
  return [
    ...new Set([...own, ...narrowScopes(asked, grantableScopes(directory, question), behaviors)]),
  ]
}
