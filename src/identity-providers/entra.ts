import { STANDARD_MANNER } from '../exchange/exchange-manner.js'
import type { ExchangeTarget } from '../exchange/exchange-target.js'
import { scopePrefixOfApi } from '../scopes.js'
import { STANDARD_CLAIMS } from '../identity/claim-profile.js'
import { entraFamilyOf, entraIssuerIssue, isEntraHost } from './entra-issuers.js'
import { generic } from './generic.js'
import { isUuid } from '../identity/is-uuid.js'
import type { IdentityProvider } from './identity-provider.js'
import { readEntraRefusal } from './entra-refusals.js'

/**
 * Microsoft Entra ID. `sub` is another one for every client, so `oid` and `tid` name the user; a user's token has `scp`. Tokens
 * are exchanged by RFC 7523, name no actor by `act`, and bear scopes without the Application ID URI that they are asked for with.
 */
export const entra = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'entra',
  title: 'Microsoft Entra ID',
  recognizes: isEntraHost,
  claims: {
    ...STANDARD_CLAIMS,
    subjectClaims: ['oid', 'tid'],
    userClaim: 'scp',
    organization: 'tid',
  },
  grant: 'jwt_bearer',
  exchange: {
    ...STANDARD_MANNER,
    targetParameter: 'none',
    requestedTokenType: 'none',
    issuedTokenType: 'optional',
    actorCheck: 'azp',
    scopeCase: 'ignored',
    // Microsoft Graph.
    opaqueHeader: 'nonce',
  },
  clientAssertion: { algorithm: 'PS256', audience: 'token_endpoint' },
  targetFor,
  readRefusal: readEntraRefusal,
  familyOf: entraFamilyOf,
  issuerIssue: entraIssuerIssue,
  isTenant: isUuid,
  ownAudience: ({ clientId }) => clientId,
  ownScopePrefix: ({ resource }) => scopePrefixOfApi(resource),
})

/** The API is asked for by its Application ID URI; tokens of version 2 have its application id in `aud`. */
function targetFor(audience: string): ExchangeTarget {
  const id = audience.replace(/^api:\/\//, '')
  return {
    scopePrefix: scopePrefixOfApi(audience),
    expectedAudiences: id !== audience && isUuid(id) ? [audience, id] : [audience],
  }
}
