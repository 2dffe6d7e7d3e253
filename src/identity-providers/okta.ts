import { STANDARD_MANNER } from '../exchange/exchange-manner.js'
import { STANDARD_CLAIMS } from '../identity/claim-profile.js'
import { generic } from './generic.js'
import type { IdentityProvider } from './identity-provider.js'
import { isBelow } from './is-below.js'
import { readOktaRefusal } from './okta-refusals.js'

/**
 * Okta's custom authorization servers. `sub` may be written differently by each of them, so `uid` names the user; a token of a
 * client alone has none. The guides send no `requested_token_type`.
 */
export const okta = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'okta',
  title: 'Okta',
  recognizes: isBelow('okta.com', 'oktapreview.com', 'okta-emea.com'),
  claims: {
    ...STANDARD_CLAIMS,
    subjectClaims: ['uid'],
    // The `sub` of an ID token is the id of the user.
    inIdTokens: { uid: 'sub' },
    userClaim: 'uid',
  },
  exchange: { ...STANDARD_MANNER, requestedTokenType: 'none', actorCheck: 'azp' },
  readRefusal: readOktaRefusal,
})
