import type { KoaContextWithOIDC, interactionPolicy as policies } from 'oidc-provider'
import { needsConsent } from './client-access.js'
import type { Directory } from './directory.js'
import { findApi } from './lookup.js'
import { interactionPolicy } from './oidc-provider-library.js'

/**
 * Returns the rules for when the sign-in page and the consent page are shown.
 *
 * The sign-in page is shown for every authorization request, even within a session: in development
 * one changes users all the time. The consent page is shown to clients that need consent and have
 * none yet, or ask for more than before.
 */
export function createInteractionPolicy(directory: Directory): policies.DefaultPolicy {
  const { Check, base } = interactionPolicy
  const policy = base()

  const signIn = new Check(
    'choose_user',
    'the user has to be chosen',
    'login_required',
    ({ oidc }) => oidc.result?.login === undefined && !oidc.prompts.has('none'),
  )
  policy.get('login')?.checks.add(signIn)

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

function asksForConsent(directory: Directory, { oidc }: KoaContextWithOIDC): boolean {
  const apis = Object.keys(oidc.resourceServers ?? {}).flatMap(
    (identifier) => findApi(directory, identifier) ?? [],
  )
  return oidc.client !== undefined && needsConsent(directory, oidc.client.clientId, apis)
}
