import { type KoaContextWithOIDC, interactionPolicy } from 'oidc-provider'
import { needsConsent } from './client-access.js'
import type { Directory } from './directory.js'
import { findApi } from './lookup.js'
import { findOrganization, isMember } from './organizations.js'

/**
 * Returns the rules for when the sign-in page and the consent page are shown.
 *
 * The sign-in page is shown for every authorization request, even within a session: in development
 * one changes users all the time. Where it must not be shown (`prompt=none`), only a member passes a
 * request for an organization. The consent page is shown to clients that need consent and have
 * none yet, or ask for more than before.
 */
export function createInteractionPolicy(directory: Directory): interactionPolicy.DefaultPolicy {
  const { Check, base } = interactionPolicy
  const policy = base()

  const signIn = new Check(
    'choose_user',
    'the user has to be chosen',
    'login_required',
    ({ oidc }) => oidc.result?.login === undefined && !oidc.prompts.has('none'),
  )
  const membership = new Check(
    'not_a_member',
    'the user is not a member of the organization',
    'login_required',
    (ctx) => isForeigner(directory, ctx),
  )
  policy.get('login')?.checks.add(signIn)
  policy.get('login')?.checks.add(membership)

  const consent = new Check(
    'not_yet_asked',
    'the user has to be asked',
    'consent_required',
    (ctx) => ctx.oidc.grant?.jti === undefined && asksForConsent(directory, ctx),
  )
  const consentChecks = policy.get('consent')?.checks
  // The library asks for every native client, first-party or not.
  consentChecks?.remove('native_client_prompt')
  consentChecks?.add(consent)
  return policy
}

function isForeigner(directory: Directory, { oidc }: KoaContextWithOIDC): boolean {
  const organization = findOrganization(directory, oidc.params?.['organization'])
  if (organization === undefined || oidc.account === undefined) return false
  return !isMember(organization, oidc.account.accountId)
}

function asksForConsent(directory: Directory, { oidc }: KoaContextWithOIDC): boolean {
  const apis = Object.keys(oidc.resourceServers ?? {}).flatMap(
    (identifier) => findApi(directory, identifier) ?? [],
  )
  return oidc.client !== undefined && needsConsent(directory, oidc.client.clientId, apis)
}
