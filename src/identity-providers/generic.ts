import { STANDARD_MANNER } from '../exchange/exchange-manner.js'
import { STANDARD_CLAIMS } from '../identity/claim-profile.js'
import type { IdentityProvider } from './identity-provider.js'

/** Any authorization server as the RFCs have it. */
export const generic = Object.freeze<IdentityProvider>({
  name: 'generic',
  title: 'an authorization server by the RFCs',
  recognizes: () => false,
  claims: STANDARD_CLAIMS,
  grant: 'token_exchange',
  exchange: STANDARD_MANNER,
})
