import { STANDARD_MANNER } from '../exchange/exchange-manner.js'
import { generic } from './generic.js'
import type { IdentityProvider } from './identity-provider.js'
import { readKeycloakRefusal } from './keycloak-refusals.js'

/** Keycloak, standard token exchange of 26.2 and later. Its tokens have no `act`, and name the requester by `azp`. */
export const keycloak = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'keycloak',
  title: 'Keycloak',
  recognizes: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
  exchange: { ...STANDARD_MANNER, actorCheck: 'azp' },
  readRefusal: readKeycloakRefusal,
})
