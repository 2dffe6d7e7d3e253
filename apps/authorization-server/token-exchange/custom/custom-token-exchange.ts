import type { TokenEndpointGrantContext } from 'oidc-provider'
import { clientAddressOf } from '../../client-address.js'
import { maySignIn } from '../../connections.js'
import type { ResourceServerEntry, TokenExchangeProfileEntry, UserEntry } from '../../directory.js'
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
import { createActionEvent } from './action-event.js'
import type { ActionResult } from './action-result.js'
import { requireValidActor } from './actor-token.js'
import { requireCustomExchangeClient } from './custom-exchange-client.js'
import {
  type CustomExchangeRequest,
  parseCustomExchangeRequest,
} from './custom-exchange-request.js'
import { runMarketplaceAction } from './marketplace-action.js'
import { answerSignIn } from './sign-in-answer.js'
import { runSourceAction } from './source-action.js'
import { throttle } from './throttled-action.js'
import { updateMetadata } from './update-metadata.js'

/** The profile that the request chose, and the DPoP proof that came with it. */
export interface CustomExchange {
  readonly profile: TokenExchangeProfileEntry
  readonly proof: Proof | undefined
}

/**
 * Answers a token exchange as Auth0's Custom Token Exchange does it.
 *
 * The profile's Action says who the subject token stands for; the rest is a sign-in of that user at the
 * calling client without a page. So there is no `act` unless the Action sets one, and `openid` and
 * `offline_access` bring an ID token and a refresh token.
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
  const actorUser = await requireValidActor(parts, request.actor)
  const result = await throttle(
    parts.suspiciousAddresses,
    clientAddressOf(directory, clientId, ctx),
    () => runAction(ctx, parts, { profile, request, actorUser }),
  )
  const signedIn = signIn(parts, clientId, { request, result })
  const api = requireApi(parts, requireAudience(request))
  requireClientGrant(parts, clientId, api)
  const scopes = grantScopes(parts, request, { ...signedIn, clientId, api })
  requireSkippedConsent(api, behaviors)
  requireNoSecondFactor(behaviors, request.actor !== undefined)
  runPostLoginAction(behaviors)
  updateMetadata(signedIn.user, result)
  await answerSignIn(ctx, parts, {
    ...signedIn,
    api,
    scopes,
    requestedScope: request.requestedScope,
    profile,
    proof,
    actor: result.actor,
  })
}

interface Question {
  readonly profile: TokenExchangeProfileEntry
  readonly request: CustomExchangeRequest
  readonly actorUser: UserEntry | undefined
}

function runAction(
  ctx: TokenEndpointGrantContext,
  parts: ExchangeParts,
  { profile, request, actorUser }: Question,
): Promise<ActionResult> {
  const { action, subject_token_type: subjectTokenType } = profile
  if (!('code' in action)) {
    const { clientId } = ctx.oidc.client
    const event = { ...request, clientId, requestedScopes: request.scopes }
    return runMarketplaceAction(event, { ...parts, settings: action })
  }
  const { secrets } = action
  const occasion = { ...parts, request, subjectTokenType, actorUser, secrets }
  return runSourceAction(action, createActionEvent(ctx, occasion), parts)
}

function signIn(
  parts: ExchangeParts,
  clientId: string,
  outcome: { readonly request: CustomExchangeRequest; readonly result: ActionResult },
): SignedInUser {
  const { userId, organizationId } = outcome.result
  const { directory } = parts
  const user = findUser(directory, userId)
  if (user === undefined) throw invalidRequest('The user does not exist')
  if (user.blocked === true) throw invalidRequest('The user is blocked')
  if (!maySignIn(directory, user, clientId)) {
    throw invalidRequest('The connection of the user is not enabled for the client')
  }
  const question = { user, ofSubject: organizationId, requested: outcome.request.organization }
  return { user, organization: chooseOrganization(parts, question) }
}

function requireAudience({ audience }: CustomExchangeRequest): string {
  if (audience !== undefined) return audience
  throw invalidRequest('Missing required parameter: audience')
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

function invalidRequest(description: string): ExchangeRefusal {
  return new ExchangeRefusal(400, 'invalid_request', description)
}
