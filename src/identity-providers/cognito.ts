import { generic } from './generic.js'
import type { IdentityProvider } from './identity-provider.js'

/** Amazon Cognito user pools. Their tokens name an actor only where an actor token is sent. */
export const cognito = Object.freeze<IdentityProvider>({
  ...generic,
  name: 'cognito',
  title: 'Amazon Cognito',
  recognizes: ({ hostname }) => /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(hostname),
})
