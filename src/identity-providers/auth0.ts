import { generic } from './generic.js'
import type { IdentityProvider } from './identity-provider.js'
import { isBelow } from './is-below.js'

/** Auth0. A custom domain is recognised by `AUTH0_DOMAIN` alone. */
export const auth0 = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'auth0',
  title: 'Auth0',
  recognizes: isBelow('auth0.com'),
})
