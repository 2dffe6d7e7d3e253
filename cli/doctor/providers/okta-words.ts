import type { ProviderWords } from './provider-words.js'

const SERVERS = 'Security → API → Authorization Servers'

export const OKTA_WORDS: ProviderWords = {
  issuer: `It is the Issuer URI of a custom authorization server, …/oauth2/ID: ${SERVERS}. The org itself is none.`,
  client:
    'Applications → Applications → the MCP server → General: Client ID, Client secrets and Client authentication.',
  exchange: `Select Token Exchange under Applications → the MCP server → General → Grant type; at the API's server, ${SERVERS} → … → Access Policies needs a rule with that grant type for this client and these scopes, and Trusted servers the MCP server's authorization server.`,
  resource: `It is the Audience of the MCP server's authorization server: ${SERVERS} → … → Settings.`,
  api: `It is the Audience of the API's authorization server: ${SERVERS} → … → Settings. EXCHANGE_ISSUER has to be that server's Issuer URI.`,
  subjectToken: `At the API's authorization server, ${SERVERS} → … → Trusted servers has to name the server that issued the user's token.`,
  tokenContents: `Check ${SERVERS} → … → Claims and Access Policies of the API's authorization server; uid and cid are always there.`,
  signature: 'Okta signs with RS256: check that the token is of the custom authorization server.',
  jwt: `Use a custom authorization server: ${SERVERS}. Access tokens of the org itself are for Okta alone.`,
  signIn: `See Reports → System Log; the client has to be assigned to the user, and ${SERVERS} → … → Access Policies needs a rule for it.`,
  newClient:
    'Applications → Create App Integration → OIDC - OpenID Connect → Native Application, with the whole redirect URI, its port included.',
  registeredClients: 'Delete it under Applications → Applications.',
  log: 'Look into Reports → System Log at this time (app.oauth2.as.token.grant).',
}
