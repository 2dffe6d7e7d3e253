import { STANDARD_MANNER } from '../exchange/exchange-manner.js'
import { generic } from './generic.js'
import type { IdentityProvider } from './identity-provider.js'
import { isBelow } from './is-below.js'

/** WorkOS Connect. It takes the API's identifier as `resource`. */
export const workos = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'workos',
  title: 'WorkOS',
  recognizes: isBelow('workos.com', 'authkit.app'),
  exchange: { ...STANDARD_MANNER, targetParameter: 'resource' },
})
