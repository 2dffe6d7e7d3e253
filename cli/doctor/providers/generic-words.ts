import type { ProviderWords } from './provider-words.js'

/** For an authorization server of which only the specifications are known. */
export const GENERIC_WORDS: ProviderWords = {
  issuer: 'It has to be the issuer identifier, as it stands in iss of the tokens.',
  client:
    'The authorization server shows the id, the secret and the way of authentication where the client is registered.',
  exchange:
    'Enable token exchange (RFC 8693) at the authorization server and for this client. docs/authorization-servers.md says what to set where its requests or answers differ.',
  resource:
    'Have the authorization server know the MCP server as an API with just that identifier.',
  api: 'It stands where the API is registered at the authorization server.',
  subjectToken:
    'Check that the client may exchange tokens that were issued for this server; some authorization servers want the id of the client in aud.',
  tokenContents: 'Check what the hooks of the authorization server make of tokens for this API.',
  signature: 'HS256 has no public key to check it with.',
  jwt: 'Have the client send resource or audience, and the authorization server issue JWTs (RFC 9068) for this server.',
  signIn: 'The log of the authorization server says why.',
  newClient: 'Register it as native and public, without a secret.',
  registeredClients: 'Delete it at the authorization server.',
  log: 'Look into the log of the authorization server at this time.',
}
