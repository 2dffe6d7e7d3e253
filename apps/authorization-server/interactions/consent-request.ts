import type { Interaction } from 'oidc-provider'
import type { Directory, ResourceServerEntry } from '../directory.js'
import type { ScopeRequest } from '../granted-scopes.js'
import { grantableScopes } from '../grantable-scopes.js'
import { findApi, findUser } from '../lookup.js'
import { isOidcScope, splitScope } from '../oidc-scopes.js'
import { findOrganization } from '../organizations.js'
import type { ScopeItem } from './consent-page.js'

/** Returns what a client asks the signed-in user for; `undefined` when nobody is signed in. */
export function readConsentRequest(
  directory: Directory,
  { params, session }: Interaction,
): ScopeRequest | undefined {
  const user = session === undefined ? undefined : findUser(directory, session.accountId)
  const clientId = params['client_id']
  if (user === undefined || typeof clientId !== 'string') return undefined
  return {
    user,
    organization: findOrganization(directory, params['organization']),
    clientId,
    scopes: splitScope(params['scope']),
    apis: requestedApis(directory, params),
  }
}

/** Splits what was asked for into what the user can hand out and what nobody gives this client. */
export function sortScopes(
  directory: Directory,
  { scopes, apis, ...asking }: ScopeRequest,
): { readonly offered: readonly ScopeItem[]; readonly withheld: readonly string[] } {
  const ownItems = scopes
    .filter(isOidcScope)
    .map((value) => ({ value, ...OWN_DESCRIPTIONS[value] }))
  const offered = apis.flatMap((api) => {
    const grantable = grantableScopes(directory, { ...asking, api })
    return api.scopes.filter(({ value }) => scopes.includes(value) && grantable.includes(value))
  })
  const known = apis.flatMap((api) => api.scopes.map(({ value }) => value))
  const given = offered.map(({ value }) => value)
  return {
    offered: [...ownItems, ...offered.map(({ value, description }) => ({ value, description }))],
    withheld: scopes.filter((scope) => known.includes(scope) && !given.includes(scope)),
  }
}

const OWN_DESCRIPTIONS: Readonly<Record<string, { readonly description: string }>> = {
  openid: { description: 'Know who you are' },
  profile: { description: 'See your name' },
  email: { description: 'See your e-mail address' },
  offline_access: { description: 'Keep working while you are away' },
}

function requestedApis(
  directory: Directory,
  params: Readonly<Record<string, unknown>>,
): ResourceServerEntry[] {
  return [params['resource']]
    .flat()
    .flatMap((identifier) =>
      typeof identifier === 'string' ? (findApi(directory, identifier) ?? []) : [],
    )
}
