import type { ProviderWords } from './provider-words.js'

export const KEYCLOAK_WORDS: ProviderWords = {
  issuer:
    'It is https://HOST/realms/REALM: Realm settings → General → Endpoints → OpenID Endpoint Configuration, member issuer.',
  client:
    'Clients → the MCP server: Client ID under Settings, Client Secret and Client Authenticator under Credentials; Capability config → Client authentication has to be on.',
  exchange:
    'Turn on Clients → the MCP server → Capability config → Standard Token Exchange (Keycloak 26.2 or newer).',
  resource:
    'Add an Audience mapper with AUTH0_AUDIENCE to the client scopes of the tools: Client scopes → … → Mappers → Configure a new mapper → Audience.',
  api: "It is the Client ID of Clients → the API, not its URL. The API's client scopes need an Audience mapper for it, and have to be among Clients → the MCP server → Client scopes.",
  subjectToken:
    "The aud of the user's token has to name MCP_AUTH0_CLIENT_ID: an Audience mapper in the client scopes of the tools puts it there (Client scopes → … → Mappers).",
  tokenContents:
    'Check the mappers of the client scopes: Clients → the MCP server → Client scopes → Evaluate shows a token.',
  signature:
    'See Clients → … → Advanced → Fine grain OpenID Connect configuration → Access token signature algorithm, or Realm settings → Tokens.',
  jwt: 'Keycloak issues JWTs: have the client send the access token, and ask for the client scopes of the tools.',
  signIn:
    'See Events → User events, and the log of Keycloak; the client needs the scopes of the tools (Clients → … → Client scopes) and its Valid redirect URIs.',
  newClient:
    'Clients → Create client, with Client authentication off, Standard flow on, and the client scopes of the tools.',
  registeredClients: 'Delete it under Clients.',
  log: 'Look into Events → User events (TOKEN_EXCHANGE_ERROR), or the log of Keycloak, at this time.',
}
