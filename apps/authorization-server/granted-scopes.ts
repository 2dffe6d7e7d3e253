import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import { needsConsent } from './client-access.js'
import type { Directory, ResourceServerEntry } from './directory.js'
import type { GrantOrganizations } from './grant-organizations.js'
import { grantableScopes } from './grantable-scopes.js'
import { findApi, findUser } from './lookup.js'
import { NOTHING_GRANTED, isOidcScope, splitScope } from './oidc-scopes.js'
import { findOrganization } from './organizations.js'
import { type SignedInUser, scopeValues } from './rbac.js'

/** An authorization request, as far as it matters for what is granted. */
export interface ScopeRequest extends SignedInUser {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly apis: readonly ResourceServerEntry[]
}

/**
 * Settles every requested scope in a grant: what may be granted is added, the rest is rejected.
 *
 * A rejected scope is dropped without an error and never asked for again, which is how Auth0 narrows
 * and what keeps the consent page from coming back.
 */
export function settleScopes(directory: Directory, grant: Grant, request: ScopeRequest): void {
  const { scopes, apis, ...asking } = request
  const ownScopes = scopes.filter(isOidcScope)
  if (ownScopes.length > 0) grant.addOIDCScope(ownScopes)
  for (const api of apis) {
    const grantable = grantableScopes(directory, { ...asking, api })
    const known = scopes.filter((scope) => scopeValues(api).includes(scope))
    const granted = [...ownScopes, ...known.filter((scope) => grantable.includes(scope))]
    const refused = known.filter((scope) => !grantable.includes(scope))
    if (granted.length > 0) grant.addResourceScope(api.identifier, granted)
    if (refused.length > 0) grant.rejectResourceScope(api.identifier, refused)
  }
}

/**
 * Creates the library's `loadExistingGrant`: what the user has granted to the client so far.
 *
 * For clients that need no consent everything grantable is granted on the spot. What was granted in
 * one organization, or outside of any, does not count in another.
 */
export function createGrantLoader(
  directory: Directory,
  organizations: GrantOrganizations,
): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return async (ctx) => {
    const request = scopeRequestOf(directory, ctx)
    if (request === undefined) return undefined
    const existing = await findGrant(ctx, request, organizations)
    const asks = needsConsent(directory, request.clientId, request.apis)
    if (asks && existing === undefined) return undefined

    const { Grant } = ctx.oidc.provider
    const grant =
      existing ?? new Grant({ accountId: request.user.user_id, clientId: request.clientId })
    if (!asks) settleScopes(directory, grant, request)
    keepAliveWithoutScopes(ctx, grant, request)
    await organizations.remember(await grant.save(), request.organization?.id)
    return grant
  }
}

function scopeRequestOf(directory: Directory, ctx: KoaContextWithOIDC): ScopeRequest | undefined {
  const { account, client, params, resourceServers } = ctx.oidc
  const user = account === undefined ? undefined : findUser(directory, account.accountId)
  if (user === undefined || client === undefined) return undefined
  return {
    user,
    organization: findOrganization(directory, params?.['organization']),
    clientId: client.clientId,
    scopes: splitScope(params?.['scope']),
    apis: Object.keys(resourceServers ?? {}).flatMap(
      (identifier) => findApi(directory, identifier) ?? [],
    ),
  }
}

async function findGrant(
  ctx: KoaContextWithOIDC,
  { clientId, organization }: ScopeRequest,
  organizations: GrantOrganizations,
): Promise<Grant | undefined> {
  const { provider, result, session } = ctx.oidc
  const grantId = result?.consent?.grantId ?? session?.grantIdFor(clientId)
  if (grantId === undefined) return undefined
  if ((await organizations.of(grantId)) !== organization?.id) return undefined
  return provider.Grant.find(grantId)
}

function keepAliveWithoutScopes(
  ctx: KoaContextWithOIDC,
  grant: Grant,
  { scopes, apis }: ScopeRequest,
): void {
  const granted = [
    grant.getOIDCScopeFiltered(scopes.filter(isOidcScope)),
    ...apis.map((api) => grant.getResourceScopeFiltered(api.identifier, [...scopes])),
  ]
  const isEmpty = granted.every((scope) => scope === '')
  // A client that asks for it by name gets it, or it would be asked for consent for ever.
  if (isEmpty || scopes.includes(NOTHING_GRANTED)) grant.addOIDCScope(NOTHING_GRANTED)
  if (isEmpty && ctx.oidc.params !== undefined) {
    ctx.oidc.params['scope'] = [...scopes, NOTHING_GRANTED].join(' ')
  }
}
