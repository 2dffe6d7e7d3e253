import type { ProviderWords } from './provider-words.js'
import { GENERIC_WORDS } from './generic-words.js'

export const COGNITO_WORDS: ProviderWords = {
  ...GENERIC_WORDS,
  issuer:
    'It is https://cognito-idp.REGION.amazonaws.com/USER_POOL_ID, not the domain where users sign in.',
  client:
    'The Cognito console shows the id and the secret under User pools → … → Applications → App clients.',
  exchange:
    'The app client needs ALLOW_TOKEN_EXCHANGE_IMPERSONATION among its authentication flows (with an actor token ALLOW_TOKEN_EXCHANGE_DELEGATION), and the user pool the plan Essentials or Plus.',
  resource:
    'It is the identifier of a resource server: User pools → … → Branding → Domain → Resource servers; the client has to send resource.',
  api: 'It is the identifier of a resource server: User pools → … → Branding → Domain → Resource servers.',
  signIn:
    'The app client needs the custom scopes of the tools and its callback URL: Applications → App clients → … → Login pages.',
  newClient:
    'User pools → … → Applications → App clients → Create app client, as a public client, with the whole callback URL.',
  registeredClients: 'Delete it under User pools → … → Applications → App clients.',
  log: 'Look into CloudTrail at this time.',
}
