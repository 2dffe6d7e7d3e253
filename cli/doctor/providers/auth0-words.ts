import type { ProviderWords } from './provider-words.js'

export const AUTH0_WORDS: ProviderWords = {
  issuer: "It is the tenant's domain, or its custom domain: Dashboard, Settings, Custom Domains.",
  client:
    'Auth0 shows both under Dashboard, Applications, that client, Settings; the way of authentication under Credentials.',
  exchange:
    'On-Behalf-Of: the client has app_type resource_server, resource_server_identifier equal to AUTH0_AUDIENCE, on_behalf_of_token_exchange, and a client grant to the API with subject_type user (setup makes all of it). Auth0 speaks https alone: for an http issuer, EXCHANGE_CLIENT=rfc8693.',
  resource: 'It is an API with just that identifier: Dashboard, Applications, APIs.',
  api: 'Dashboard, Applications, APIs.',
  subjectToken:
    "On-Behalf-Of: resource_server_identifier of the client has to be AUTH0_AUDIENCE. Custom Token Exchange: see the Action's log.",
  tokenContents: 'Check what post-login Actions make of tokens for this API.',
  signature: 'Set Signing Algorithm of the API to RS256; HS256 has no public key to check it with.',
  jwt: 'Set resource_parameter_profile of the tenant to "compatibility" (setup does), or have the client send audience.',
  signIn:
    'See Monitoring, Logs; a third-party client needs a grant for this API, and a connection at domain level (setup makes both).',
  newClient: 'Dashboard, Applications, Create Application, Native.',
  registeredClients: 'Delete it under Dashboard, Applications.',
  log: 'Look into the log of the authorization server at this time: Dashboard, Monitoring, Logs.',
}
