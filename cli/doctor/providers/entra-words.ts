import type { ProviderWords } from './provider-words.js'

const APP = 'App registrations → the MCP server'

export const ENTRA_WORDS: ProviderWords = {
  issuer:
    'It is https://login.microsoftonline.com/TENANT_ID/v2.0 with the Directory (tenant) ID of App registrations → … → Overview; common, organizations and consumers are none.',
  client: `MCP_AUTH0_CLIENT_ID is the Application (client) ID of ${APP} → Overview. The secret is the Value (not the Secret ID) of ${APP} → Certificates & secrets; look at its end there too.`,
  exchange: `One registration has to be both the API that users sign in to and the client that exchanges. At ${APP} → API permissions, add the delegated permissions of your API, and select Grant admin consent.`,
  resource: `Set ${APP} → Expose an API → Application ID URI to the URL of the endpoint, without a trailing slash, and SCOPE_PREFIX to the same: resource and scopes have to name one application (AADSTS9010010).`,
  api: 'It is App registrations → the API → Expose an API → Application ID URI.',
  subjectToken:
    'The token has to be issued for the application that exchanges it (AADSTS50013): MCP_AUTH0_CLIENT_ID has to be the aud of the token, and TOKEN_AUDIENCE the same.',
  tokenContents:
    'The manifest of the API decides about its tokens: App registrations → the API → Manifest, requestedAccessTokenVersion; optional claims are under Token configuration.',
  signature: 'Remove the custom signing key of the application; Entra signs with RS256.',
  jwt: `Have the client ask for the scopes of ${APP} → Expose an API by their full names; without one, the token is for Microsoft Graph.`,
  signIn:
    'See Entra ID → Monitoring & health → Sign-in logs; the client needs its redirect URI (Authentication → Mobile and desktop applications), and the user an assignment where Enterprise applications → … → Properties requires one.',
  newClient: `App registrations → New registration, then Authentication → Mobile and desktop applications; authorize it at ${APP} → Expose an API → Authorized client applications.`,
  registeredClients: 'Delete it under App registrations.',
  log: 'Look into Entra ID → Monitoring & health → Sign-in logs at this time: the log of the server has correlationId and traceId.',
}
